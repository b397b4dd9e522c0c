import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import {
  assertRpcError,
  assertTellsNothing,
  openSocket,
  post,
  readToEnd,
  request,
  rpcPaths,
  sayRaw,
} from './support.ts'

const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/send', params: message('hello') })
const head = ['POST / HTTP/1.1', 'Host: localhost', 'Content-Type: application/json']
const withBody = (body: string, ...lines: string[]) => `${request(...head, ...lines)}${body}`
const smuggled = request('GET /agents HTTP/1.1', 'Host: localhost')

/** What HTTP/1.1 forbids, or what two servers in a row may read in two ways. */
const malformed: [what: string, bytes: string | Uint8Array][] = [
  ['a length and chunks', withBody('0\r\n\r\n', 'Content-Length: 6', 'Transfer-Encoding: chunked')],
  ['chunks and a length', withBody(`0\r\n\r\n${smuggled}`, 'Transfer-Encoding: chunked', 'Content-Length: 6')],
  ['two lengths', withBody(call, `Content-Length: ${call.length}`, 'Content-Length: 1')],
  ['the same length twice', withBody(call, `Content-Length: ${call.length}`, `Content-Length: ${call.length}`)],
  ['a list of lengths', withBody(call, `Content-Length: ${call.length}, ${call.length}`)],
  ['a negative length', withBody(call, 'Content-Length: -1')],
  ['a length with a sign', withBody(call, 'Content-Length: +5')],
  ['a length in hexadecimal', withBody(call, 'Content-Length: 0x10')],
  ['a length beyond 64 bits', withBody(call, 'Content-Length: 99999999999999999999')],
  ['chunks that are not the last coding', withBody('0\r\n\r\n', 'Transfer-Encoding: chunked, identity')],
  ['an unknown coding', withBody('0\r\n\r\n', 'Transfer-Encoding: xchunked')],
  ['chunked twice', withBody('0\r\n\r\n', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity')],
  ['a blank before the colon', withBody(call, `Content-Length : ${call.length}`)],
  ['a folded header', request('GET /agents HTTP/1.1', 'Host: localhost', 'X-A: 1', ' Transfer-Encoding: chunked')],
  ['a header without a name', request('GET /agents HTTP/1.1', 'Host: localhost', ': x')],
  ['a header without a colon', request('GET /agents HTTP/1.1', 'Host: localhost', 'nonsense')],
  ['a CR alone in a header', request('GET /agents HTTP/1.1', 'Host: localhost', 'X-Request-Id: a\rSet-Cookie: b=1')],
  ['a LF alone in a header', request('GET /agents HTTP/1.1', 'Host: localhost', 'X-Request-Id: a\nSet-Cookie b=1')],
  ['NUL in a header', request('GET /agents HTTP/1.1', 'Host: localhost', 'X-Request-Id: a\u0000b')],
  ['a size of a chunk that is none', withBody('zz\r\n\r\n', 'Transfer-Encoding: chunked')],
  ['a chunk longer than said', withBody('2\r\nabcdef\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')],
  ['a request line without a path', request('GET', 'Host: localhost')],
  ['a path with a blank', request('GET /a b HTTP/1.1', 'Host: localhost')],
  ['HTTP/9.9', request('GET /agents HTTP/9.9', 'Host: localhost')],
  ['no Host', request('GET /agents HTTP/1.1')],
  ['raw bytes in the path', request('GET /é HTTP/1.1', 'Host: localhost')],
  ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['noise', Buffer.from(Array.from({ length: 2000 }, (_, i) => (i * 197 + 13) % 256))],
]

const slowConnections = 50

describe('what is not HTTP', () => {
  let platform: Platform
  let url: string
  before(async () => {
    platform = await startPlatform()
    url = platform.url
  })
  after(() => platform[Symbol.asyncDispose]())

  const stillAnswers = async () => {
    const { result } = await platform.rpc('message/send', message('hello'))
    assert.equal(result.status.state, 'completed')
  }

  for (const [what, bytes] of malformed)
    test(`${what} is answered with one 400, and the connection is closed`, async () => {
      const { status, text } = await sayRaw(url, bytes)
      assert.equal(status, 400, text)
      assert.equal(text.match(/HTTP\/1\.1 /g)?.length, 1, text)
      assertTellsNothing(text)
      assert.doesNotMatch(text, /set-cookie/i)
      await stillAnswers()
    })

  test('nothing of a malformed request is carried out', async () => {
    const { result: before } = await platform.rpc('tasks/list')
    for (const [, bytes] of malformed) await sayRaw(url, bytes)
    const { result: now } = await platform.rpc('tasks/list')
    assert.equal(now.totalSize, before.totalSize)
  })

  test('headers of more than 16 KiB are answered with 431, and the connection is closed', async () => {
    const big = (chars: number) =>
      request('GET /agents HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${'x'.repeat(chars)}`)
    assert.equal((await sayRaw(url, big(20_000))).status, 431)
    // Whoever goes on sending may lose the answer to the reset of the connection.
    assert.ok([431, 0].includes((await sayRaw(url, big(1_000_000))).status))
    const many = Array.from({ length: 3000 }, (_, i) => `X-${i}: ${i}`)
    assert.equal((await sayRaw(url, request('GET /agents HTTP/1.1', 'Host: localhost', ...many))).status, 431)
    await stillAnswers()
  })

  test('a connection that ends in the middle of a request leaves nothing behind', async () => {
    for (const bytes of [
      'P',
      'POST / HT',
      request(...head),
      request(...head, 'Content-Length: 100'),
      withBody('{"json', 'Content-Length: 100'),
    ]) {
      const socket = await openSocket(url, bytes)
      socket.destroy()
    }
    await stillAnswers()
  })

  test('requests one behind the other are answered in their order', async () => {
    const get = (path: string, ...more: string[]) => request(`GET ${path} HTTP/1.1`, 'Host: localhost', ...more)
    const { text } = await sayRaw(url, get('/health/live') + get('/nothing') + get('/agents', 'Connection: close'))
    assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200'])
  })

  test('a body of exactly 4 MiB comes in, one byte more is answered with 413', async () => {
    const most = 4 * 1024 * 1024
    const shell = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/send', params: {}, x: '' })
    const sized = (bytes: number) => shell.replace(/""}$/, `"${'x'.repeat(bytes - shell.length)}"}`)
    for (const path of rpcPaths) {
      const fits = await post(`${url}${path}`, sized(most))
      assertRpcError(fits, -32602, 1)
      const tooLarge = await post(`${url}${path}`, sized(most + 1))
      assert.equal(tooLarge.status, 413)
      assertRpcError(tooLarge, -31413, null)
    }
    const older = await post(`${url}/v1/message/send`, sized(most + 1))
    assert.deepEqual([older.status, older.body.code], [413, -31413])
  })

  test('a body in chunks without a length is cut at 4 MiB too', async () => {
    const socket = await openSocket(url, request(...head, 'Transfer-Encoding: chunked'))
    const ended = readToEnd(socket)
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')])
    for (let sent = 0; sent <= 65 && socket.writable; sent++) socket.write(chunk)
    const { status, text } = await ended
    assert.equal(status, 413, text)
    assert.match(text, /"code":-31413/)
  })

  test('a length of gigabytes is refused before a byte of the body comes', async () => {
    const { status, text } = await sayRaw(url, request(...head, 'Content-Length: 4294967296'))
    assert.equal(status, 413)
    assert.match(text, /"code":-31413/)
  })

  test(`${slowConnections} connections with slow headers are closed with 408, and do not keep others from working`, async () => {
    const started = performance.now()
    const sockets = await Promise.all(
      Array.from({ length: slowConnections }, (_, i) => openSocket(url, `GET /agents HTTP/1.1\r\nX-${i}: a`)),
    )
    const drip = setInterval(() => sockets.map(socket => socket.writable && socket.write('a')), 500)
    const answers = Promise.all(sockets.map(readToEnd))
    await stillAnswers()
    for (const { status } of await answers) assert.equal(status, 408)
    clearInterval(drip)
    assert.ok(performance.now() - started < 15_000, 'within the time for headers and one check')
  })
})
