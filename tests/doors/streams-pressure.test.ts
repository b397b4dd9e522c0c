import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { limits } from '@codetether/protocol/limits'
import { waitUntil } from '@codetether/testing/wait-until'
import { message, type Platform, startPlatform } from '../platform.ts'
import { openStream, textOfFrames } from './sse.ts'
import { agentOf, alice, assertRpcError, bob, exchange, openSocket, post, request, twoTokens } from './support.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const mebibyte = 1024 * 1024

/** Bytes that this process, the server in it included, really holds. */
function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const chunk = 'x'.repeat(32 * 1024)
const chunks = 512

/** Writes 16 MiB once the test lets it. */
function floodingAgent() {
  const gate = Promise.withResolvers<void>()
  const agent = agentOf(async (_said, ctx) => {
    await ctx.status('ready')
    await gate.promise
    for (let i = 0; i < chunks; i++)
      await ctx.artifact(
        { artifactId: 'flood', parts: [{ text: chunk }] },
        { append: i > 0, lastChunk: i === chunks - 1 },
      )
    await ctx.ask('more?')
  })
  return { agent, open: () => gate.resolve() }
}

const resubscription = (id: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks/resubscribe', params: { id } })

/** A reader that sends its call and then reads nothing. */
async function openStalled(url: string, id: string, ...headers: string[]): Promise<Socket> {
  const body = resubscription(id)
  const lines = [
    'POST / HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  const socket = await openSocket(url, `${request(...lines, ...headers)}${body}`)
  socket.pause()
  return socket
}

const openStreams = async ({ url }: Platform, headers: Record<string, string> = {}): Promise<number> =>
  (await exchange(`${url}/health/detail`, { headers })).body.components.streams.open

test('readers that stall hold little memory and hold nobody else up', async () => {
  const stalledReaders = 20
  const { agent, open } = floodingAgent()
  await using platform = await startPlatform({ agents: [agent] })
  const stream = await openStream(platform.url, { method: 'message/stream', params: message('go') })
  const id = (await stream.next())?.body.result.id
  const stalled = await Promise.all(Array.from({ length: stalledReaders }, () => openStalled(platform.url, id)))
  await waitUntil('all readers are there', async () => (await openStreams(platform)) === stalledReaders + 1)
  const before = heldBytes()
  open()
  const frames = await stream.rest()
  assert.equal(frames.at(-1)?.body.result.status.state, 'input-required')
  assert.equal(textOfFrames(frames).length, chunks * chunk.length)
  frames.length = 0
  const held = heldBytes() - before
  // One batch of events and what the sockets hold; the log has twice as much.
  assert.ok(
    held < stalledReaders * 8 * mebibyte,
    `${stalledReaders} stalled readers hold ${Math.round(held / mebibyte)} MiB`,
  )
  assert.equal(await openStreams(platform), stalledReaders)
  const started = performance.now()
  const { result } = await platform.rpc('tasks/list', { pageSize: 1 })
  assert.equal(result.tasks[0].status.state, 'input-required')
  assert.ok(performance.now() - started < 2_000)
  for (const socket of stalled) socket.resetAndDestroy()
  await waitUntil('their streams are gone', async () => (await openStreams(platform)) === 0)
})

test(`a caller has at most ${limits.streamsPerPrincipal} streams; others are not concerned, and one that ends makes room`, async () => {
  const waiting = agentOf(async (_said, ctx) => {
    await ctx.status('ready')
    await new Promise(resolve => ctx.signal.addEventListener('abort', resolve))
  })
  await using platform = await startPlatform({ agents: [waiting], env: { A2A_AUTH_TOKENS: twoTokens } })
  const { url } = platform
  const { result } = await platform.rpc('message/send', { ...message('go'), configuration: { blocking: false } }, alice)
  const authorization = `Authorization: ${alice.authorization}`
  const sockets: Socket[] = []
  // In portions, as the queue of connections to be accepted is short.
  while (sockets.length < limits.streamsPerPrincipal) {
    const portion = Array.from({ length: 100 }, () => openStalled(url, result.id, authorization))
    sockets.push(...(await Promise.all(portion)))
  }
  await waitUntil(
    'all streams are open',
    async () => (await openStreams(platform, alice)) === limits.streamsPerPrincipal,
  )

  const refused = await post(url, resubscription(result.id), alice)
  assert.equal(refused.status, 429)
  assertRpcError(refused, -31429, 1)
  assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  for (const path of ['/tasks', '/v1/tasks']) {
    const rest = await exchange(`${url}${path}/${result.id}:subscribe`, { headers: alice })
    assert.equal(rest.status, 429)
    assert.match(rest.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  }
  const { body } = await post(url, { jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { id: result.id } }, alice)
  assert.equal(body.result.status.state, 'working', 'only streams are limited')

  const other = await openStream(url, { method: 'message/stream', params: message('go') }, bob)
  assert.equal(other.response.status, 200)
  other.leave()
  sockets.pop()?.resetAndDestroy()
  await waitUntil(
    'one stream less',
    async () => (await openStreams(platform, alice)) === limits.streamsPerPrincipal - 1,
  )
  const again = await openStream(url, { method: 'tasks/resubscribe', params: { id: result.id } }, alice)
  assert.equal((await again.next())?.body.result.kind, 'task')
  again.leave()
  for (const socket of sockets) socket.resetAndDestroy()
  await waitUntil('all streams are gone', async () => (await openStreams(platform, alice)) === 0)
})
