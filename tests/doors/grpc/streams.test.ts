import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { limits } from '@codetether/protocol/limits'
import { generationKey, resumeUri } from '@codetether/protocol/resume-extension'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { type ClientReadableStream, status } from '@grpc/grpc-js'
import { gatedAgent } from '../../journeys/gated-agent.ts'
import { type Platform, startPlatform } from '../../platform.ts'
import { agentOf, exchange } from '../support.ts'
import { endOf, frameIn, type GrpcClient, grpcClient, naming, path10, rawCall, sending, taskIn } from './client.ts'

const env = { A2A_GRPC_PORT: '0' }

const openStreams = async ({ url }: Platform): Promise<number> =>
  (await exchange(`${url}/health/detail`, {})).body.components.streams.open

/** What a frame shows, and the generation that it has with the resume extension. */
const shown = (frame: Buffer): [string | undefined, unknown] => {
  const payload = frameIn(frame)
  return [payload?.$case, payload?.value.metadata?.[generationKey]]
}

const next = async (stream: ClientReadableStream<Buffer>): Promise<Buffer> => (await once(stream, 'data'))[0]

describe('streams over gRPC', () => {
  const gated = gatedAgent()
  const toGated = { metadata: { agent: 'Gated' } }
  let platform: Platform
  let client: GrpcClient
  before(async () => {
    platform = await startPlatform({ agents: [gated.agent], env })
    client = grpcClient(platform)
  })
  after(async () => {
    client[Symbol.dispose]()
    await platform[Symbol.asyncDispose]()
  })

  const stateOf = async (id: string): Promise<string> => (await platform.rpc('tasks/get', { id })).result.status.state
  const start = async (text: string): Promise<string> =>
    taskIn(await client.call(path10('SendMessage'), sending(text, toGated, true))).id
  const finishes = async (id: string, text: string): Promise<void> => {
    gated.open(text)
    await waitUntil('the task is completed', async () => (await stateOf(id)) === 'completed')
  }

  test('end with the deadline of their caller, and so do calls that wait; their tasks go on', async () => {
    const id = await start('late')
    const stream = client.stream(path10('SubscribeToTask'), naming(id), { deadline: Date.now() + 300 })
    await next(stream)
    assert.equal((await endOf(stream)).code, status.DEADLINE_EXCEEDED)
    const waiting = await client.call(path10('SendMessage'), sending('waits', toGated), { deadline: Date.now() + 300 })
    assert.equal(waiting.code, status.DEADLINE_EXCEEDED)
    await waitUntil('nobody waits any more', async () => (await openStreams(platform)) === 0)
    assert.equal(await stateOf(id), 'working')
    await finishes(id, 'late')
    const { result } = await platform.rpc('tasks/list', { status: 'working' })
    assert.equal(result.totalSize, 1)
    await finishes(result.tasks[0].id, 'waits')
  })

  test('that their caller cancels end, and their tasks go on', async () => {
    const stream = client.stream(path10('SendStreamingMessage'), sending('left', toGated))
    const end = endOf(stream)
    const frame = frameIn(await next(stream))
    assert.ok(frame?.$case === 'task')
    assert.equal(await openStreams(platform), 1)
    stream.cancel()
    assert.equal((await end).code, status.CANCELLED)
    await waitUntil('the stream is gone', async () => (await openStreams(platform)) === 0)
    await finishes(frame.value.id, 'left')
  })

  test('of one task show the same frames to everybody, with their generations, and continue behind any of them', async () => {
    const id = await start('shared')
    const metadata = { 'a2a-extensions': resumeUri }
    const streams = Array.from({ length: 20 }, () => client.stream(path10('SubscribeToTask'), naming(id), { metadata }))
    const headers = await Promise.all(streams.map(stream => once(stream, 'metadata')))
    for (const [given] of headers) assert.deepEqual(given.get('a2a-extensions'), [resumeUri])
    const whole = streams.map(async stream => (await stream.toArray()).map(shown))
    await waitUntil('all are there', async () => (await openStreams(platform)) === streams.length)
    gated.open('shared')
    const [frames, ...others] = await Promise.all(whole)
    assert.deepEqual(frames, [
      ['task', 2],
      ['artifactUpdate', 3],
      ['statusUpdate', 4],
    ])
    for (const other of others) assert.deepEqual(other, frames)

    const behind = client.stream(path10('SubscribeToTask'), naming(id), {
      metadata: { ...metadata, 'last-event-id': '2' },
    })
    assert.deepEqual((await behind.toArray()).map(shown), frames?.slice(1))
    const far = client.stream(path10('SubscribeToTask'), naming(id), { metadata: { 'last-event-id': '9' } })
    assert.equal((await endOf(far)).error?.reason, 'INVALID_PARAMS')
  })

  test('are not needed to wait for the next change: GetTask does with the generation that the caller has', async () => {
    const id = await start('polled')
    const metadata = { 'a2a-extensions': resumeUri, 'resume-current-generation': '2' }
    const brief = await client.call(path10('GetTask'), naming(id), { metadata: { ...metadata, 'resume-wait-ms': '1' } })
    assert.equal(brief.code, status.OK)
    const waiting = client.call(path10('GetTask'), naming(id), { metadata })
    await waitUntil('it waits', async () => (await openStreams(platform)) === 1)
    gated.open('polled')
    assert.equal((await waiting).code, status.OK)
    const wrong = await client.call(path10('GetTask'), naming(id), { metadata: { ...metadata, 'resume-wait-ms': 'x' } })
    assert.equal(wrong.error?.reason, 'INVALID_PARAMS')
  })

  test('that nobody may open end with a status, and count no more', async () => {
    const { code, error } = await endOf(client.stream(path10('SubscribeToTask'), naming('nothing')))
    assert.deepEqual([code, error?.reason], [status.NOT_FOUND, 'TASK_NOT_FOUND'])
    assert.equal(await openStreams(platform), 0)
  })
})

/** Runs until it is told to stop. */
const patient = agentOf(async (_said, ctx) => {
  await ctx.status('ready')
  await once(ctx.signal, 'abort')
  ctx.signal.throwIfAborted()
})

test('a stop ends streams as unavailable, answers calls that wait, and takes less than 10 s', async () => {
  await using database = await testDatabase()
  const platform = await startPlatform({ agents: [patient], database, env })
  using client = grpcClient(platform)
  const streams = Array.from({ length: 10 }, () => client.stream(path10('SendStreamingMessage'), sending('go')))
  await Promise.all(streams.map(next))
  const ends = streams.map(endOf)
  const waiting = Array.from({ length: 5 }, () => client.call(path10('SendMessage'), sending('go')))
  await waitUntil('all wait', async () => (await openStreams(platform)) === 15)
  const started = performance.now()
  await platform[Symbol.asyncDispose]()
  assert.ok(performance.now() - started < limits.gracefulStopMs)
  for (const end of ends) assert.deepEqual([(await end).code, (await end).error?.reason], [14, 'UNAVAILABLE'])
  for (const call of waiting) assert.equal(taskIn(await call).status?.state, 2)
  assert.equal((await client.call(path10('ListTasks'), Buffer.alloc(0))).code, status.UNAVAILABLE)
})

test(`a caller has at most ${limits.streamsPerPrincipal} streams over all bindings, and other calls besides`, async () => {
  await using platform = await startPlatform({ agents: [patient], env })
  using client = grpcClient(platform)
  const { id } = taskIn(await client.call(path10('SendMessage'), sending('go', {}, true)))
  const streams = Array.from({ length: limits.streamsPerPrincipal }, () =>
    client.stream(path10('SubscribeToTask'), naming(id)).on('error', () => undefined),
  )
  await waitUntil('all streams are open', async () => (await openStreams(platform)) === limits.streamsPerPrincipal)
  const refused = await endOf(client.stream(path10('SubscribeToTask'), naming(id)))
  assert.deepEqual([refused.code, refused.error?.reason], [status.RESOURCE_EXHAUSTED, 'RATE_LIMITED'])
  const overHttp = await platform.rpc('tasks/resubscribe', { id })
  assert.equal(overHttp.error.code, -31429)
  assert.equal((await client.call(path10('GetTask'), naming(id))).code, status.OK)
  for (const stream of streams) stream.cancel()
  await waitUntil('all streams are gone', async () => (await openStreams(platform)) === 0)
})

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Bytes that this process, the server in it included, really holds. */
function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('readers that stall hold little memory and hold nobody else up', async () => {
  const mebibyte = 1024 * 1024
  const chunk = 'x'.repeat(32 * 1024)
  const gate = Promise.withResolvers<void>()
  const flooding = agentOf(async (_said, ctx) => {
    await ctx.status('ready')
    await gate.promise
    for (let i = 0; i < 512; i++)
      await ctx.artifact({ artifactId: 'flood', parts: [{ text: chunk }] }, { append: i > 0, lastChunk: i === 511 })
    await ctx.ask('more?')
  })
  await using platform = await startPlatform({ agents: [flooding], env })
  using client = grpcClient(platform)
  const { id } = taskIn(await client.call(path10('SendMessage'), sending('go', {}, true)))
  const stalled = Array.from({ length: 20 }, () =>
    rawCall(platform, path10('SubscribeToTask'), { request: naming(id) }),
  )
  await waitUntil('all readers are there', async () => (await openStreams(platform)) === stalled.length)
  const reading = client.stream(path10('SubscribeToTask'), naming(id))
  await next(reading)
  const before = heldBytes()
  gate.resolve()
  let read = 0
  for await (const frame of reading) read += frame.length
  assert.ok(read > 512 * chunk.length)
  const held = heldBytes() - before
  assert.ok(held < stalled.length * 8 * mebibyte, `the stalled readers hold ${Math.round(held / mebibyte)} MiB`)
  assert.equal(await openStreams(platform), stalled.length)
  for (const { session } of stalled) session.destroy()
  await waitUntil('their streams are gone', async () => (await openStreams(platform)) === 0)
})
