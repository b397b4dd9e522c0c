import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentContext } from '@codetether/agents/define-agent'
import { limits } from '@codetether/protocol/limits'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { newId } from '@codetether/server/ids'
import { planEvents } from '@codetether/server/operations/plan-events'
import { changeTask } from '@codetether/server/store/change-task'
import { defaultTenantId } from '@codetether/server/tenants'
import { agentOf, assertSoundLog, heldAgent, soon, to } from './event-log.ts'
import { type Frame, frames, kindOf } from './journeys/frames.ts'
import { Random } from './journeys/random.ts'
import { type Platform, startPlatform } from './platform.ts'
import { openTestStore } from './tenants.ts'

const resubscribe = (platform: Platform, id: string, cursor?: number | string) =>
  frames(platform.url, {
    method: 'tasks/resubscribe',
    params: { id },
    headers: cursor === undefined ? {} : { 'last-event-id': String(cursor) },
  })

const following = (platform: Platform, id: string, cursor?: number | string): Promise<Frame[]> =>
  Array.fromAsync(resubscribe(platform, id, cursor))

/** Reads that many frames and hangs up. */
async function take(source: AsyncGenerator<Frame, void>, count: number): Promise<Frame[]> {
  const taken: Frame[] = []
  if (count === 0) return taken
  for await (const frame of source) {
    taken.push(frame)
    if (taken.length === count) break
  }
  return taken
}

async function work(ctx: AgentContext): Promise<void> {
  for (let n = 0; n < 4; n++) {
    await ctx.status(`step ${n}`)
    await ctx.artifact({ artifactId: 'a', parts: [{ text: `${n}` }] }, { append: n > 0, lastChunk: n === 3 })
  }
  await ctx.reply('done')
}

const working = agentOf('Working', (_message, ctx) => work(ctx))
const asking = agentOf('Asking', (_message, ctx) => ctx.ask('which?'))

const start = async (platform: Platform, params: object): Promise<string> =>
  (await platform.rpc('message/send', soon(params))).result.id

test('a stream that is cut after any frame goes on behind it, without a gap or a duplicate', async () => {
  await using platform = await startPlatform({ agents: [working] })
  const whole = await Array.fromAsync(frames(platform.url, { method: 'message/stream', params: to('Working') }))
  assert.equal(whole.length, 12)
  for (let cut = 0; cut <= whole.length; cut++) {
    const params = to('Working')
    const opened = await take(frames(platform.url, { method: 'message/stream', params }), Math.max(cut, 1))
    const id = opened[0]?.result.id
    const before = opened.slice(0, cut)
    const byTask = [...before, ...(await following(platform, id, cut))]
    const again = frames(platform.url, { method: 'message/stream', params, headers: { 'last-event-id': String(cut) } })
    const byMessage = [...before, ...(await Array.fromAsync(again))]
    for (const parts of [byTask, byMessage]) {
      assert.deepEqual(
        parts.map(frame => [frame.id, kindOf(frame), frame.result.final]),
        whole.map(frame => [frame.id, kindOf(frame), frame.result.final]),
        `cut after ${cut}`,
      )
    }
    assert.deepEqual(byTask, byMessage)
    await assertSoundLog(platform.database, id)
  }
})

test('a message that is sent again without a cursor attaches from the start of its task', async () => {
  await using platform = await startPlatform({ agents: [working] })
  const params = to('Working')
  const first = await Array.fromAsync(frames(platform.url, { method: 'message/stream', params }))
  assert.deepEqual(await Array.fromAsync(frames(platform.url, { method: 'message/stream', params })), first)
})

/** What a client knows of a task after these frames: the chunks of its artifact, and its state. */
function sumUp([first, ...rest]: Frame[]): { chunks: string[]; state: string } {
  const texts = (parts: { text: string }[]) => parts.map(part => part.text)
  assert.equal(first?.result.kind, 'task')
  const chunks = (first.result.artifacts ?? []).flatMap((artifact: { parts: [] }) => texts(artifact.parts))
  let { state } = first.result.status
  for (const { result } of rest) {
    if (result.kind === 'artifact-update') chunks.push(...texts(result.artifact.parts))
    else state = result.status.state
  }
  return { chunks, state }
}

test('who subscribes anew while events are written gets a snapshot and then all that comes after it', async () => {
  const chunks = 30
  const writing = agentOf('Writing', async (_message, ctx) => {
    for (let n = 0; n < chunks; n++)
      await ctx.artifact({ artifactId: 'a', parts: [{ text: `${n}` }] }, { append: n > 0, lastChunk: n === chunks - 1 })
  })
  await using platform = await startPlatform({ agents: [writing] })
  const random = new Random(50)
  const met = new Set<number>()
  for (let round = 0; round < 50; round++) {
    const live = frames(platform.url, { method: 'message/stream', params: to('Writing') })
    const [first] = await take(live, random.between(1, 25))
    const id = first?.result.id
    const readers = await Promise.all([following(platform, id), following(platform, id), following(platform, id)])
    for (const shown of readers) {
      const known = sumUp(shown)
      assert.deepEqual(known, { chunks: Array.from({ length: chunks }, (_, n) => `${n}`), state: 'completed' })
      const begin = shown[0]?.id ?? 0
      assert.deepEqual(
        shown.map(frame => frame.id),
        shown.map((_, n) => begin + n),
      )
      met.add(begin)
    }
  }
  assert.ok(met.size > 3, `snapshots of ${met.size} moments`)
})

const refused = async (platform: Platform, id: string, cursor: string, method = 'tasks/resubscribe') =>
  (await platform.rpc(method, { id }, { 'last-event-id': cursor })).error?.code

test('a cursor that the task has not reached is refused', async () => {
  await using platform = await startPlatform({ agents: [asking] })
  const { id } = (await platform.rpc('message/send', to('Asking'))).result
  const [snapshot] = await following(platform, id)
  const reached = snapshot?.id ?? 0
  assert.equal(reached, 3)
  for (const beyond of [reached + 1, reached + 2, 1000, 2 ** 31, 2 ** 49])
    assert.equal(await refused(platform, id, String(beyond)), -32602, String(beyond))
  assert.deepEqual(await following(platform, id, reached), [])
})

test('a cursor that is none is refused, on every method', async () => {
  await using platform = await startPlatform({ agents: [asking] })
  const { id } = (await platform.rpc('message/send', to('Asking'))).result
  const garbage = [
    'abc',
    '-1',
    '1e30',
    '1e1',
    '0x1',
    '+1',
    '1.0',
    '1,2',
    '1 2',
    'NaN',
    'Infinity',
    'null',
    '%00',
    '\\0',
    '1\u00b2',
  ]
  for (const cursor of [...garbage, '9'.repeat(16), '9'.repeat(400), `${id}`, '"1"', '1;drop table tasks']) {
    assert.equal(await refused(platform, id, cursor), -32602, cursor)
    assert.equal(await refused(platform, id, cursor, 'tasks/get'), -32602, cursor)
  }
})

test('a task that has ended is answered with a snapshot, or with what lies behind the cursor, and then the end', async () => {
  await using platform = await startPlatform({ agents: [working] })
  const whole = await Array.fromAsync(frames(platform.url, { method: 'message/stream', params: to('Working') }))
  const id = whole[0]?.result.id
  const [snapshot, ...more] = await following(platform, id)
  assert.deepEqual(more, [])
  assert.deepEqual([snapshot?.id, snapshot?.result.status.state], [whole.length, 'completed'])
  for (let cursor = 0; cursor <= whole.length; cursor++)
    assert.deepEqual(await following(platform, id, cursor), whole.slice(cursor))
})

test('a question ends the stream, and the next turn begins with a snapshot', async () => {
  await using platform = await startPlatform({ agents: [asking] })
  const asked = await Array.fromAsync(frames(platform.url, { method: 'message/stream', params: to('Asking') }))
  assert.deepEqual(asked.map(kindOf), ['task', 'working', 'input-required'])
  assert.equal(asked.at(-1)?.result.final, true)
  const params = to('Asking', 'this', { taskId: asked[0]?.result.id })
  const next = await Array.fromAsync(frames(platform.url, { method: 'message/stream', params }))
  assert.equal(next[0]?.result.kind, 'task')
  assert.equal(next.at(-1)?.id, 5)
  const log = await following(platform, asked[0]?.result.id, 0)
  assert.deepEqual(log.map(kindOf), ['task', 'working', 'input-required', 'working', 'input-required'])
  assert.deepEqual(
    log.map(frame => frame.result.final),
    [undefined, false, false, false, true],
  )
})

/** Writes as another process would: readers of this one get no hint. */
async function writeElsewhere(platform: Platform, taskId: string, events: TaskEvent[]): Promise<void> {
  await using elsewhere = await openTestStore({ given: platform.database })
  const plan = planEvents(events, 'elsewhere')
  const change = { taskId, plan, from: ['submitted', 'working'] as const, lease: 'keep' as const }
  const row = await elsewhere.store.write(defaultTenantId, tx => changeTask(tx, defaultTenantId, change))
  assert.ok(row)
}

const said = (text: string): TaskEvent => ({
  kind: 'status',
  state: 'working',
  message: { messageId: newId(), role: 'agent', parts: [{ text }] },
})

test('what no hint announces comes with the next poll', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const id = await start(platform, to('Held'))
  await held.started
  const reader = resubscribe(platform, id)
  assert.equal((await reader.next()).value?.result.kind, 'task')
  const before = performance.now()
  await writeElsewhere(platform, id, [said('from elsewhere')])
  const { value } = await reader.next()
  assert.equal(value?.result.status.message.parts[0].text, 'from elsewhere')
  assert.ok(performance.now() - before < 2 * limits.streamPollMs)
  await writeElsewhere(platform, id, [{ kind: 'status', state: 'completed' }])
  const rest = await Array.fromAsync(reader)
  assert.deepEqual(rest.map(kindOf), ['completed'])
  held.tell(async () => undefined)
  await held.ended
})

test('what the log has from elsewhere comes before what is told here', async () => {
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent] })
  const id = await start(platform, to('Held'))
  await held.started
  const reader = resubscribe(platform, id)
  assert.equal((await reader.next()).value?.result.kind, 'task')
  await writeElsewhere(platform, id, [said('from elsewhere')])
  held.tell(context => context.status('from here'))
  const frames = await Array.fromAsync(reader)
  assert.deepEqual(
    frames.map(({ result }) => result.status.message?.parts[0].text),
    ['from elsewhere', 'from here', undefined],
  )
  assert.deepEqual(
    frames.map(({ id }) => id),
    [3, 4, 5],
  )
  await held.ended
})

test('a reader sees the end of the task also where a batch of events ends', async () => {
  const sizes = [-1, 0, 1, limits.streamBatchEvents].map(extra => limits.streamBatchEvents + extra)
  const cases = sizes.map(size => ({ size, held: heldAgent(`Held${size}`) }))
  await using platform = await startPlatform({ agents: cases.map(({ held }) => held.agent) })
  const follow = async ({ size, held }: (typeof cases)[number]) => {
    const id = await start(platform, to(held.agent.name))
    await held.started
    const reader = resubscribe(platform, id)
    await reader.next()
    const steps = Array.from({ length: size - 1 }, (_, n) => said(`${n}`))
    await writeElsewhere(platform, id, [...steps, { kind: 'status', state: 'completed' }])
    const rest = await Array.fromAsync(reader)
    held.tell(async () => undefined)
    const final = rest.filter(frame => frame.result.final).map(frame => [frame.id, kindOf(frame)])
    assert.deepEqual([rest.length, final], [size, [[size + 2, 'completed']]])
  }
  await Promise.all(cases.map(follow))
})
