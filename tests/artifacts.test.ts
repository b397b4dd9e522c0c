import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Agent, AgentContext } from '@codetether/agents/define-agent'
import { limits } from '@codetether/protocol/limits'
import { agentOf, assertNoOrphans, assertSoundLog, heldAgent, query, soon, to } from './event-log.ts'
import { frames } from './journeys/frames.ts'
import { type Platform, type RpcBody, startPlatform } from './platform.ts'

const text = (value: string) => ({ parts: [{ text: value }] })
const textsOf = (artifact: RpcBody): string[] => artifact.parts.map((part: { text: string }) => part.text)
const chunks = 40

async function writeChunks(ctx: AgentContext): Promise<void> {
  for (let n = 0; n < chunks; n++) {
    const place = { append: n > 0, lastChunk: n === chunks - 1 }
    const header = n === 0 ? { name: 'log', description: 'what happened', metadata: { lines: true } } : {}
    await ctx.artifact({ artifactId: 'log', ...header, ...text(`line ${n}`) }, place)
    // Others in between: chunks of different artifacts do not mix.
    if (n % 10 === 0) await ctx.artifact({ artifactId: 'notes', ...text(`note ${n}`) }, { append: n > 0 })
  }
}

async function replace(ctx: AgentContext): Promise<void> {
  await ctx.artifact({ artifactId: 'draft', name: 'first', ...text('one') })
  await ctx.artifact({ artifactId: 'draft', ...text('two') }, { append: true })
  await ctx.artifact({ artifactId: 'draft', name: 'second', ...text('three') })
  await ctx.artifact({ artifactId: 'draft', ...text('four') }, { append: true })
}

const both = (name: string, handle: (ctx: AgentContext) => Promise<void>): Agent[] =>
  [false, true].map(pure => agentOf(pure ? `Pure${name}` : name, (_message, ctx) => handle(ctx), { pure }))

const namesOf = (name: string) => [name, `Pure${name}`]

/** The task of a message as each door shows it: the answer, a read, the list and what the frames add up to. */
async function viewsOf(platform: Platform, params: object): Promise<Record<string, RpcBody>> {
  const sent = (await platform.rpc('message/send', params)).result
  const got = (await platform.rpc('tasks/get', { id: sent.id })).result
  const page = (await platform.rpc('tasks/list', { includeArtifacts: true, historyLength: 10 })).result
  const listed = page.tasks.find((task: RpcBody) => task.id === sent.id)
  const shown = await Array.fromAsync(
    frames(platform.url, { method: 'tasks/resubscribe', params: { id: sent.id }, headers: { 'last-event-id': '0' } }),
  )
  const streamed: RpcBody = { artifacts: [] }
  for (const { result } of shown) {
    if (result.kind === 'task') streamed.history = result.history
    if (result.kind === 'status-update') streamed.status = result.status
    if (result.kind === 'artifact-update') addTo(streamed.artifacts, result)
  }
  return { sent, got, listed, streamed }
}

/** What a client does with an artifact update (A2A v0.3 §7.2.3). */
function addTo(artifacts: RpcBody[], { artifact, append }: RpcBody): void {
  const index = artifacts.findIndex(known => known.artifactId === artifact.artifactId)
  if (index < 0) artifacts.push(artifact)
  else if (append) artifacts[index] = { ...artifacts[index], parts: [...artifacts[index].parts, ...artifact.parts] }
  else artifacts[index] = artifact
}

for (const agent of namesOf('Chunked'))
  test(`chunks are one artifact in their order, whoever asks ${agent}`, async () => {
    await using platform = await startPlatform({ agents: both('Chunked', writeChunks) })
    for (const [door, view] of Object.entries(await viewsOf(platform, to(agent)))) {
      const [log, notes, ...more] = view.artifacts
      assert.deepEqual(more, [], door)
      assert.deepEqual(
        textsOf(log),
        Array.from({ length: chunks }, (_, n) => `line ${n}`),
        door,
      )
      assert.deepEqual([log.name, log.description, log.metadata], ['log', 'what happened', { lines: true }], door)
      assert.deepEqual(textsOf(notes), ['note 0', 'note 10', 'note 20', 'note 30'], door)
    }
    assert.equal((await query(platform.database, 'select 1 from task_artifacts')).length, chunks + 4)
    await assertNoOrphans(platform.database)
  })

for (const agent of namesOf('Redone'))
  test(`an artifact that is written anew replaces what was there, whoever asks ${agent}`, async () => {
    await using platform = await startPlatform({ agents: both('Redone', replace) })
    for (const [door, view] of Object.entries(await viewsOf(platform, to(agent)))) {
      assert.deepEqual(view.artifacts.map(textsOf), [['three', 'four']], door)
      assert.equal(view.artifacts[0].name, 'second', door)
    }
  })

/** Bytes that look random and are always the same. */
const bytes = (length: number, seed: string): string => {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, n) =>
    createHash('sha256').update(`${seed} ${n}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length).toString('base64')
}

const files = {
  question: bytes(75_000, 'question'),
  progress: bytes(75_001, 'progress'),
  result: bytes(75_002, 'result'),
  /** Exactly at the limit stays in its row. */
  small: bytes((limits.inlineFileRowChars / 4) * 3, 'small'),
}

const filing = agentOf('Filing', async (message, ctx) => {
  const [part] = message.parts
  assert.ok(part && 'raw' in part && part.raw === files.question)
  if (ctx.history.length === 1) return ctx.ask([{ raw: files.progress, mediaType: 'image/png', filename: 'p.png' }])
  assert.deepEqual(
    ctx.history.map(m => m.parts.map(p => ('raw' in p ? p.raw.length : 0))),
    [[files.question.length], [files.progress.length], [files.question.length]],
  )
  await ctx.artifact({ artifactId: 'r', parts: [{ raw: files.result, filename: 'r.bin' }, { raw: files.small }] })
  await ctx.reply([{ text: 'there' }, { raw: files.progress }])
})

const fileOf = ({ parts }: RpcBody, index = 0): string => parts[index].file.bytes

test('large inline files are stored beside the rows and come back byte for byte through every door', async () => {
  await using platform = await startPlatform({ agents: [filing] })
  const file = { kind: 'file', file: { bytes: files.question, mimeType: 'application/pdf', name: 'q.pdf' } }
  const parts = [file]
  const asked = (await platform.rpc('message/send', to('Filing', '', { parts }))).result
  assert.equal(asked.status.state, 'input-required')
  assert.deepEqual(asked.status.message.parts, [
    { kind: 'file', file: { bytes: files.progress, mimeType: 'image/png', name: 'p.png' } },
  ])
  const views = await viewsOf(platform, to('Filing', '', { parts, taskId: asked.id }))
  for (const [door, view] of Object.entries(views)) {
    assert.deepEqual(view.history[0].parts, [file], door)
    assert.equal(fileOf(view.artifacts[0]), files.result, door)
    assert.equal(fileOf(view.artifacts[0], 1), files.small, door)
    assert.equal(fileOf(view.status.message, 1), files.progress, door)
    if (door === 'streamed') continue
    assert.deepEqual(
      view.history.map((m: RpcBody) => fileOf(m)),
      [files.question, files.progress, files.question],
      door,
    )
  }
  await assertSoundLog(platform.database, asked.id)
  await assertNoOrphans(platform.database)
  const largest = `select max(pg_column_size(body)) as n from task_events
    union all select max(pg_column_size(message)) from task_messages
    union all select max(pg_column_size(artifact)) from task_artifacts
    union all select max(pg_column_size(t.*)) from tasks t`
  for (const { n } of await query<{ n: number }>(platform.database, largest))
    assert.ok(n < 20_000, `a row of ${n} bytes`)
  const stored = await query<{ n: number }>(platform.database, 'select length(content) as n from blobs order by n')
  assert.deepEqual(new Set(stored.map(row => row.n)), new Set([75_000, 75_001, 75_002]))
})

test('a write that is refused leaves no file behind', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const { id } = (await platform.rpc('message/send', soon(to('Held')))).result
  await held.started
  await platform.rpc('tasks/cancel', { id })
  held.tell(ctx => ctx.reply([{ raw: files.result }]))
  await held.ended
  assert.deepEqual(await query(platform.database, 'select id from blobs'), [])
})
