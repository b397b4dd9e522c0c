import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { message, startPlatform } from '../platform.ts'
import { openStream } from './sse.ts'
import { agentOf, openSocket, post, readToEnd, request } from './support.ts'

const call = (method: string, text: string) => ({ jsonrpc: '2.0', id: 1, method, params: message(text) })

/** Runs until it is told to stop. */
const patient = agentOf(async (_said, ctx) => {
  await ctx.status('ready')
  await new Promise((_resolve, reject) => {
    const end = () => reject(ctx.signal.reason)
    if (ctx.signal.aborted) end()
    else ctx.signal.addEventListener('abort', end)
  })
})

/** Does not listen to being told. */
const deaf = agentOf(async (_said, ctx) => {
  await ctx.status('ready')
  await new Promise(() => undefined)
})

const timed = async (run: () => PromiseLike<unknown>): Promise<number> => {
  const started = performance.now()
  await run()
  return performance.now() - started
}

test('a stop resets streams, answers blocked sends, ends runs and takes less than 10 s', async () => {
  await using database = await testDatabase()
  const platform = await startPlatform({ agents: [patient], database })
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => openStream(platform.url, { method: 'message/stream', params: message('go') })),
  )
  for (const stream of streams) await stream.next()
  const sends = Array.from({ length: 10 }, () => post(platform.url, call('message/send', 'go')))
  const working = async () => (await platform.rpc('tasks/list', { status: 'working' })).result.totalSize
  await waitUntil('all tasks run', async () => (await working()) === streams.length + sends.length)
  const idle = await openSocket(platform.url)
  const halfway = await openSocket(platform.url, request('POST / HTTP/1.1', 'Host: localhost', 'Content-Length: 9'))

  const broken = streams.map(stream => assert.rejects(stream.rest(), /terminated|reset|socket/i))
  const closed = [readToEnd(idle), readToEnd(halfway)]
  const took = await timed(() => platform[Symbol.asyncDispose]())
  assert.ok(took < limits.gracefulStopMs, `the stop took ${Math.round(took)} ms`)
  await Promise.all([...broken, ...closed])
  for (const send of sends) {
    const { status, body } = await send
    assert.deepEqual([status, body.result.status.state], [200, 'working'])
  }
  await assert.rejects(fetch(platform.url))
})

test('a stop does not wait for connections over which nothing has come', async () => {
  await using database = await testDatabase()
  const platform = await startPlatform({ database })
  const silent = await openSocket(platform.url)
  const closed = readToEnd(silent)
  const took = await timed(() => platform[Symbol.asyncDispose]())
  await closed
  assert.ok(took < limits.gracefulStopMs / 2, `the stop took ${Math.round(took)} ms`)
})

test('a stop does not wait for an agent that does not listen', async () => {
  await using database = await testDatabase()
  const platform = await startPlatform({ agents: [deaf], database })
  const stream = await openStream(platform.url, { method: 'message/stream', params: message('go') })
  await stream.next()
  const broken = assert.rejects(stream.rest())
  const took = await timed(() => platform[Symbol.asyncDispose]())
  assert.ok(took < limits.gracefulStopMs, `the stop took ${Math.round(took)} ms`)
  await broken
})

test('what ran at the stop goes on at the next start', async () => {
  await using database = await testDatabase()
  const first = await startPlatform({ agents: [patient], database })
  const { result } = await first.rpc('message/send', { ...message('go'), configuration: { blocking: false } })
  assert.equal(result.status.state, 'working')
  await first[Symbol.asyncDispose]()
  const finishing = agentOf((_said, ctx) => ctx.reply(`finished in attempt ${ctx.attempt}`))
  await using second = await startPlatform({ agents: [finishing], database })
  const done = await waitUntil(
    'the task is completed',
    async () => {
      const { result: task } = await second.rpc('tasks/get', { id: result.id })
      return task.status.state === 'completed' && task
    },
    40_000,
  )
  assert.equal(done.status.message.parts[0].text, 'finished in attempt 2')
})
