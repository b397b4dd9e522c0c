import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Artifact, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk'
import type { Client, RequestOptions } from '@a2a-js/sdk/client'
import { UnsupportedOperationError } from '@a2a-js/sdk/errors'
import { generationKey, resumeUri } from '@codetether/protocol/resume-extension'
import { testDatabase } from '@codetether/testing/test-database'
import { agentOf } from '../event-log.ts'
import { Random } from '../journeys/random.ts'
import { connect, type Dialect, dialects, nameOf, request, send, tenant, wordsOf } from '../official-client.ts'
import { startPlatform } from '../platform.ts'

const chunks = 40
const least = 50
const readersOfEach = 10
const patience = 20

const writing = agentOf('Writing', async (_message, ctx) => {
  for (let n = 0; n < chunks; n++)
    await ctx.artifact({ artifactId: 'a', parts: [{ text: `${n} ` }] }, { append: n > 0, lastChunk: n === chunks - 1 })
  await ctx.reply('done')
})

const owned = new AsyncDisposableStack()
after(() => owned.disposeAsync())
const database = owned.use(await testDatabase())
// One runs what it is sent, the other one learns of it by hints and from the log.
const env = { A2A_GRPC_PORT: '0' }
const runs = owned.use(await startPlatform({ agents: [writing], env, database }))
const reads = owned.use(await startPlatform({ agents: [writing], env, database }))

/** The task as a client holds it. */
interface Known {
  generation: number
  state: TaskState | undefined
  artifacts: ReadonlyMap<string, string>
}

const wordsIn = (artifact: Artifact) => [artifact.artifactId, wordsOf(artifact)] as const

const knownBy = ({ status, artifacts, metadata }: Task): Known => ({
  generation: Number(metadata?.[generationKey]),
  state: status?.state,
  artifacts: new Map(artifacts.map(wordsIn)),
})

/** The official client drops `append` where it reads the proto of v0.3. The agent of this test replaces no artifact. */
const dropsAppend = ({ version, binding }: Dialect): boolean => version === '0.3' && binding !== 'JSONRPC'

/** The task that a client holds after a frame: a snapshot, or what it held before with the update applied. */
function apply(known: Known | null, { payload }: StreamResponse, dialect: Dialect): Known {
  assert.ok(payload && payload.$case !== 'message')
  if (payload.$case === 'task') return knownBy(payload.value)
  assert.ok(known, 'a stream without a cursor begins with a snapshot')
  const generation = Number(payload.value.metadata?.[generationKey])
  assert.equal(generation, known.generation + 1, 'the next change')
  if (payload.$case === 'statusUpdate') return { ...known, generation, state: payload.value.status?.state }
  const { artifact, append } = payload.value
  assert.ok(artifact)
  const [id, words] = wordsIn(artifact)
  const before = append || dropsAppend(dialect) ? (known.artifacts.get(id) ?? '') : ''
  return { ...known, generation, artifacts: new Map(known.artifacts).set(id, before + words) }
}

const optionsBehind = (known: Known | null): RequestOptions => ({
  serviceParameters: { 'A2A-Extensions': resumeUri, ...(known && { 'Last-Event-ID': `${known.generation}` }) },
})

interface Watch {
  client: Client
  dialect: Dialect
  random: Random
  /** Where subscriptions have begun: 0 for those without a cursor. */
  begun: number[]
}

/** Reads a few frames, hangs up and goes on behind the last one, until the task has ended. */
async function follow(id: string, { client, dialect, random, begun }: Watch): Promise<void> {
  let known: Known | null = null
  for (let ended = false; !ended; ) {
    begun.push(known?.generation ?? 0)
    let left = known ? random.between(1, patience) : 1
    try {
      for await (const frame of client.resubscribeTask({ tenant, id }, optionsBehind(known))) {
        known = apply(known, frame, dialect)
        left -= 1
        if (left === 0) break
      }
      ended = left > 0
    } catch (error) {
      // A task that has ended meanwhile is no subject of a first subscription in v1.0.
      if (known === null && error instanceof UnsupportedOperationError) return
      throw error
    }
  }
  assert.deepEqual(known, knownBy(await client.getTask({ tenant, id }, optionsBehind(null))))
  assert.equal(known?.state, TaskState.TASK_STATE_COMPLETED)
}

for (const [n, dialect] of dialects.entries())
  test(`subscriptions while tasks are written: snapshot and updates make the final task, ${nameOf(dialect)}`, async () => {
    const [sender, ...readers] = await Promise.all([runs, runs, reads].map(({ url }) => connect(url, dialect)))
    assert.ok(sender)
    const random = new Random(17 + n)
    const begun: number[] = []
    while (begun.length < least) {
      const { id } = await send(sender, request('go', { agent: 'Writing', returnImmediately: true }))
      const each = Array.from({ length: readersOfEach / readers.length }, () => readers).flat()
      await Promise.all(each.map(client => follow(id, { client, dialect, random, begun })))
    }
    assert.ok(new Set(begun).size > 3, `subscriptions from ${new Set(begun).size} moments`)
  })
