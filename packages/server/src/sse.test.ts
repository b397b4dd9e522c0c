import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { limits } from '@codetether/protocol/limits'
import { type SseEvent, writeEvents } from './sse.ts'

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await turn()
}

interface Exchange extends AsyncDisposable {
  socket: Socket
  response: ServerResponse
  stop: AbortController
  gone: AbortController
  /** Resolves when the server has done with the stream. */
  written: Promise<void>
  /** What the client has received so far. */
  received: () => string
  /** How the connection ends for the client: cleanly, or by which error. */
  ending: Promise<unknown>
}

/** Serves one stream over a real socket; the client reads from the beginning unless it stalls. */
async function serve(
  source: (gone: AbortSignal, response: ServerResponse) => AsyncIterable<SseEvent>,
  { stalls = false, stop = new AbortController() } = {},
): Promise<Exchange> {
  const gone = new AbortController()
  const accepted = Promise.withResolvers<{ response: ServerResponse; written: Promise<void> }>()
  const server = createServer((_request, response) => {
    response.once('close', () => response.writableFinished || gone.abort())
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const written = writeEvents(response, source(gone.signal, response), { stop: stop.signal, gone: gone.signal })
    accepted.resolve({ response, written })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8')
  if (stalls) socket.pause()
  socket.on('data', chunk => {
    text += chunk
  })
  const ending = once(socket, 'end').then(
    () => 'a clean end',
    (error: NodeJS.ErrnoException) => error.code,
  )
  socket.write('GET / HTTP/1.0\r\nhost: localhost\r\n\r\n')
  const { response, written } = await accepted.promise
  return {
    ...{ socket, response, stop, gone, written, ending, received: () => text },
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.close()
      if (server.listening) await once(server, 'close')
    },
  }
}

/** Gives some events, and then waits until the reader is gone. */
const endless = (...events: SseEvent[]) =>
  async function* (gone: AbortSignal) {
    yield* events
    if (!gone.aborted) await once(gone, 'abort')
  }

const fixed = (...events: SseEvent[]) =>
  async function* () {
    yield* events
  }

const bodyOf = async (...events: SseEvent[]): Promise<string> => {
  await using exchange = await serve(fixed(...events))
  await once(exchange.socket, 'close')
  return exchange.received().split('\r\n\r\n').slice(1).join('\r\n\r\n')
}

const framings: [what: string, data: string, frame: string][] = [
  ['JSON', '{"a":1}', 'data: {"a":1}\n'],
  ['nothing', '', 'data: \n'],
  ['two lines', 'one\ntwo', 'data: one\ndata: two\n'],
  ['all kinds of line breaks', 'a\rb\r\nc\nd', 'data: a\ndata: b\ndata: c\ndata: d\n'],
  ['empty lines', 'a\n\n\nb\n', 'data: a\ndata: \ndata: \ndata: b\ndata: \n'],
  ['an injected event', 'a\n\nevent: x\ndata: y', 'data: a\ndata: \ndata: event: x\ndata: data: y\n'],
  ['an injected id', 'a\r\nid: 9\rretry: 1', 'data: a\ndata: id: 9\ndata: retry: 1\n'],
  ['other separators', 'a\u2028b\u0085c', 'data: a\u2028b\u0085c\n'],
]

for (const [what, data, frame] of framings)
  test(`data is framed so that it stays data: ${what}`, async () => {
    assert.equal(await bodyOf({ id: 7, data }), `id: 7\n${frame}\n`)
  })

test('the client sees a clean end only when the source has ended', async () => {
  await using exchange = await serve(fixed({ id: 1, data: 'a' }))
  assert.equal(await exchange.ending, 'a clean end')
})

test('events come in their order, each behind its id, and the stream ends with its source', async () => {
  const body = await bodyOf({ id: 1, data: 'a' }, { id: 2, data: 'b' }, { id: 30, data: 'c' })
  assert.equal(body, 'id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 30\ndata: c\n\n')
})

test('an event is sent when it comes, not when the next one does', async () => {
  await using exchange = await serve(endless({ id: 1, data: 'a' }))
  await until(() => exchange.received().endsWith('id: 1\ndata: a\n\n'))
})

test('on stop the connection is reset: the client does not see an end', async () => {
  await using exchange = await serve(endless({ id: 1, data: 'a' }))
  await until(() => exchange.received().endsWith('\n\n'))
  exchange.stop.abort()
  assert.equal(await exchange.ending, 'ECONNRESET')
  await exchange.written
})

test('a stream that begins after the stop is reset at once, and its source ends', async () => {
  const stop = new AbortController()
  stop.abort()
  let ended = false
  const source = async function* (gone: AbortSignal) {
    try {
      yield* endless({ id: 1, data: 'a' })(gone)
    } finally {
      ended = true
    }
  }
  await using exchange = await serve(source, { stop })
  await exchange.written
  assert.equal(ended, true)
  assert.equal(await exchange.ending, 'ECONNRESET')
  assert.equal(exchange.received().includes('data: a'), false)
})

test('when the source fails the connection is reset too', async () => {
  const { promise, reject } = Promise.withResolvers<never>()
  const source = async function* () {
    yield { id: 1, data: 'a' }
    await promise
  }
  await using exchange = await serve(source)
  await until(() => exchange.received().endsWith('\n\n'))
  reject(new Error('the database is away'))
  assert.equal(await exchange.ending, 'ECONNRESET')
  await exchange.written
})

test('when the reader goes the source ends', async () => {
  let ended = false
  const source = async function* (gone: AbortSignal) {
    try {
      yield* endless({ id: 1, data: 'a' })(gone)
    } finally {
      ended = true
    }
  }
  await using exchange = await serve(source)
  await until(() => exchange.received().endsWith('\n\n'))
  exchange.socket.destroy()
  await exchange.written
  assert.equal(ended, true)
})

const big = 'x'.repeat(256 * 1024)
const bigCount = 256

/** Gives much more than sockets buffer, and notes the state of the response at each pull. */
const observed = () => {
  const pulls: { needsDrain: boolean; buffered: number }[] = []
  let ended = false
  const source = async function* (_gone: AbortSignal, response: ServerResponse) {
    try {
      for (let id = 1; id <= bigCount; id++) {
        pulls.push({ needsDrain: response.writableNeedDrain, buffered: response.writableLength })
        yield { id, data: big }
      }
    } finally {
      ended = true
    }
  }
  return { source, pulls, ended: () => ended }
}

test('a reader that stalls is waited for: nothing is read ahead, and all arrives once it reads', async () => {
  const { source, pulls } = observed()
  await using exchange = await serve(source, { stalls: true })
  await until(() => exchange.response.writableNeedDrain)
  assert.ok(pulls.length < bigCount)
  assert.ok(exchange.response.writableLength < 2 * big.length)
  exchange.socket.resume()
  await Promise.all([exchange.written, once(exchange.socket, 'close')])
  assert.equal(pulls.length, bigCount)
  assert.deepEqual(
    pulls.filter(({ needsDrain, buffered }) => needsDrain || buffered > big.length),
    [],
    'the source is pulled only when the reader has taken what was written',
  )
  assert.equal(exchange.received().match(/^id: \d+$/gm)?.length, bigCount)
})

test('a reader that stalls and goes ends the source', async () => {
  const { source, pulls, ended } = observed()
  await using exchange = await serve(source, { stalls: true })
  await until(() => exchange.response.writableNeedDrain)
  exchange.socket.destroy()
  await exchange.written
  assert.equal(ended(), true)
  assert.ok(pulls.length < bigCount)
})

test('a reader that stalls for too long is reset', async t => {
  const patience = new AbortController()
  t.mock.method(AbortSignal, 'timeout', () => patience.signal)
  const { source, ended } = observed()
  await using exchange = await serve(source, { stalls: true })
  await until(() => exchange.response.writableNeedDrain)
  patience.abort()
  await exchange.written
  assert.equal(ended(), true)
  exchange.socket.resume()
  assert.equal(await exchange.ending, 'ECONNRESET')
})

test('a quiet stream is kept alive by comments, which are no events', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  await using exchange = await serve(endless({ id: 1, data: 'a' }))
  await until(() => exchange.received().endsWith('\n\n'))
  t.mock.timers.tick(limits.streamHeartbeatMs)
  await until(() => exchange.received().endsWith('data: a\n\n: keep-alive\n\n'))
  exchange.socket.destroy()
  await exchange.written
  t.mock.timers.tick(limits.streamHeartbeatMs)
})
