import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { textOf } from '@codetether/protocol/message'
import { StreamEvent } from '@codetether/protocol/v03/wire'
import { waitUntil } from '@codetether/testing/wait-until'
import { message, type Platform, startPlatform } from '../platform.ts'
import { openStream, readFrames, textOfFrames } from './sse.ts'
import { agentOf, assertRpcError, exchange, json, openSocket, post, request, rpcPaths } from './support.ts'

/** What would add fields or frames to a stream if it came through as it is. */
const hostile = [
  'line\nbreak',
  'carriage\rreturn',
  'both\r\n\r\n',
  '\n\nevent: x\ndata: injected\n\n',
  '\nid: 9\n',
  '\rid: 9\rretry: 1\r\r',
  'data: data: data',
  ': comment',
  '\n\n\n\n',
  '\u2028\u2029\u0085\u000b\u000c',
  '\ufefffirst',
  '</script><script>alert(1)</script>',
  '\u0001\u001b[31m😀é\\u0000',
  ' leading and trailing ',
]

/** Says what it is told: as its status, its artifact and its answer. */
const parrot = agentOf(async (said, ctx) => {
  const text = textOf(said.parts)
  await ctx.status(text, { [text]: text })
  await ctx.artifact({ artifactId: `a${text}`, name: text, parts: [{ text }] })
  await ctx.reply(text)
})

describe('the streams of a task', () => {
  let platform: Platform
  let url: string
  before(async () => {
    platform = await startPlatform({ agents: [parrot] })
    url = platform.url
  })
  after(() => platform[Symbol.asyncDispose]())

  const streamCall = (text: string, id: unknown = 'stream') => ({
    jsonrpc: '2.0',
    id,
    method: 'message/stream',
    params: message(text),
  })

  for (const text of hostile)
    test(`the text ${JSON.stringify(text)} comes through exactly, and as nothing but text`, async () => {
      for (const path of rpcPaths) {
        const { raw, status } = await post(`${url}${path}`, streamCall(text))
        assert.equal(status, 200)
        const frames = readFrames(raw)
        assert.deepEqual(
          frames.map(frame => frame.id),
          frames.map((_, i) => i + 1),
        )
        const results = frames.map(({ body }) => StreamEvent.parse(body.result))
        const said = results.flatMap(result => {
          if (result.kind === 'artifact-update') return result.artifact.parts
          return result.kind === 'status-update' ? (result.status.message?.parts ?? []) : []
        })
        // The status, the artifact, and the answer as an artifact and as the last status.
        assert.deepEqual(
          said.map(part => part.kind === 'text' && part.text),
          [text, text, text, text],
        )
      }
    })

  test('an id of the call with line breaks comes back in every frame', async () => {
    const id = '\n\ndata: {}\n\nid: 9\r'
    for (const { body } of readFrames((await post(url, streamCall('hello', id))).raw)) assert.equal(body.id, id)
  })

  test('a stream says that it is one, is not cached and not held back by proxies', async () => {
    for (const path of rpcPaths) {
      const { headers, status } = await post(`${url}${path}`, streamCall('hello'), { 'x-request-id': 'mine' })
      assert.equal(status, 200)
      assert.equal(headers.get('content-type'), 'text/event-stream; charset=utf-8')
      assert.equal(headers.get('cache-control'), 'no-cache, no-transform')
      assert.equal(headers.get('x-accel-buffering'), 'no')
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('x-request-id'), 'mine')
      assert.equal(headers.get('content-length'), null)
    }
  })

  test('the last frame, and only the last, is final, and its state has ended the task', async () => {
    const frames = readFrames((await post(url, streamCall('hello'))).raw)
    const finals = frames.map(({ body }) => body.result.final === true)
    assert.deepEqual(
      finals,
      frames.map((_, i) => i === frames.length - 1),
    )
    assert.equal(frames.at(-1)?.body.result.status.state, 'completed')
  })

  const garbage = [
    'abc',
    '-1',
    '1e30',
    '1.5',
    '0x1',
    '١',
    ' 1 2',
    '9'.repeat(16),
    "1' or '1'='1",
    '1,2',
    'NaN',
    '+1',
    '99',
    '999999999999999',
  ]
  for (const cursor of garbage)
    test(`the Last-Event-ID ${JSON.stringify(cursor)} is refused and opens no stream`, async () => {
      const sent = await platform.rpc('message/send', message('hello'))
      const params = { id: sent.result.id }
      const headers = { 'last-event-id': Buffer.from(cursor).toString('latin1') }
      for (const path of rpcPaths) {
        const answer = await post(
          `${url}${path}`,
          { jsonrpc: '2.0', id: 7, method: 'tasks/resubscribe', params },
          headers,
        )
        assert.equal(answer.status, 200)
        assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
        assertRpcError(answer, -32602, 7)
      }
    })

  test('after each id exactly the rest of the stream comes', async () => {
    const call = streamCall('hello')
    const whole = readFrames((await post(url, call)).raw)
    const { result } = await platform.rpc('message/send', call.params)
    for (let cursor = 0; cursor <= whole.length; cursor++) {
      const again = { jsonrpc: '2.0', id: 'stream', method: 'tasks/resubscribe', params: { id: result.id } }
      const { raw } = await post(url, again, { 'last-event-id': String(cursor) })
      assert.deepEqual(readFrames(raw), whole.slice(cursor))
    }
  })

  test('HEAD and OPTIONS where streams are open none', async () => {
    const { headers } = await exchange(url, { method: 'HEAD', headers: { accept: 'text/event-stream' } })
    assert.doesNotMatch(headers.get('content-type') ?? '', /event-stream/)
    assert.equal((await exchange(url, { method: 'OPTIONS', headers: { accept: 'text/event-stream' } })).status, 204)
    const { body } = await exchange(`${url}/health/detail`)
    assert.equal(body.components.streams.open, 0)
  })

  test('a refused stream is an answer of JSON-RPC, not a stream', async () => {
    for (const call of [
      { ...streamCall('x'), params: {} },
      { ...streamCall('x'), method: 'tasks/resubscribe', params: { id: 'x' } },
    ]) {
      const { headers, body } = await post(url, call)
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
      assert.ok(body.error.code < 0)
    }
  })
})

/** An agent that goes on when the test lets it, and a promise of having been started. */
function gatedAgent() {
  const gate = Promise.withResolvers<void>()
  const handle = agentOf(async (_said, ctx) => {
    await ctx.status('waiting')
    await gate.promise
    await ctx.artifact({ artifactId: 'a', parts: [{ text: 'after the gate' }] })
    await ctx.reply('done')
  })
  return { agent: handle, open: () => gate.resolve() }
}

test('a task runs to its end although every reader has left', async () => {
  const { agent, open } = gatedAgent()
  await using platform = await startPlatform({ agents: [agent] })
  const stream = await openStream(platform.url, { method: 'message/stream', params: message('go') })
  const first = await stream.next()
  const { id } = first?.body.result ?? {}
  stream.leave()
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks/resubscribe', params: { id } })
  const lines = [
    'POST / HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${text.length}`,
  ]
  const socket = await openSocket(platform.url, `${request(...lines)}${text}`)
  await new Promise(resolve => socket.once('data', resolve))
  socket.resetAndDestroy()
  const blocked = new AbortController()
  const send = fetch(platform.url, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/send', params: message('go') }),
    signal: blocked.signal,
  }).catch(() => null)
  await waitUntil(
    'both tasks run',
    async () => (await platform.rpc('tasks/list', { status: 'working' })).result.totalSize === 2,
  )
  blocked.abort()
  assert.equal(await send, null)
  await waitUntil('the streams are gone', async () => {
    const { components } = (await exchange(`${platform.url}/health/detail`)).body
    return components.streams.open === 0
  })
  open()
  await waitUntil(
    'both tasks are completed',
    async () => (await platform.rpc('tasks/list', { status: 'completed' })).result.totalSize === 2,
  )
  const { result } = await platform.rpc('tasks/get', { id })
  assert.equal(result.artifacts[0].parts[0].text, 'after the gate')
})

test('a reader that comes back gets what it has missed, once', async () => {
  const { agent, open } = gatedAgent()
  await using platform = await startPlatform({ agents: [agent] })
  const stream = await openStream(platform.url, { method: 'message/stream', params: message('go') })
  const created = await stream.next()
  const working = await stream.next()
  stream.leave()
  const params = { id: created?.body.result.id }
  const again = await openStream(
    platform.url,
    { method: 'tasks/resubscribe', params },
    { 'last-event-id': String(working?.id) },
  )
  open()
  const rest = await again.rest()
  assert.deepEqual(
    rest.map(frame => frame.id),
    rest.map((_, i) => i + 3),
  )
  assert.equal(textOfFrames(rest), 'after the gatedone')
})

for (const [what, text] of [
  ['NUL', 'a\u0000b'],
  ['half a surrogate pair', 'x\ud83d'],
] as const)
  test(`${what} in the answer of an agent fails its task, which can be read`, async () => {
    await using platform = await startPlatform({ agents: [agentOf((_said, ctx) => ctx.reply(text))] })
    const stream = await openStream(platform.url, { method: 'message/stream', params: message('go') })
    const last = (await stream.rest()).at(-1)
    assert.equal(last?.body.result.status.state, 'failed')
    const { result } = await platform.rpc('tasks/get', { id: last?.body.result.taskId })
    assert.equal(result.status.state, 'failed')
  })
