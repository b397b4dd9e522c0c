import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { message, type Platform, startPlatform } from '../platform.ts'
import { watchApps } from './routes.ts'
import { assertTellsNothing, openSocket, readToEnd, request, sayRaw } from './support.ts'

const connections = 300
const slow = 30

const get = (target: string, ...lines: string[]) => request(`GET ${target} HTTP/1.1`, 'Host: localhost', ...lines)
const posted = (...lines: string[]) => request('POST / HTTP/1.1', 'Host: localhost', json, ...lines)
const json = 'Content-Type: application/json'
const last = 'Connection: close'
const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/send', params: message('hello') })

const statusesOf = (text: string): string[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status = '']) => status)

describe('what HTTP allows', () => {
  let platform: Platform
  let server: Server
  let url: string
  before(async () => {
    const seen: Server[] = []
    platform = await watchApps(
      app => seen.push(app.server),
      () => startPlatform(),
    )
    url = platform.url
    assert.ok(seen[0])
    server = seen[0]
  })
  after(() => platform[Symbol.asyncDispose]())

  const stillAnswers = async () => {
    const { result } = await platform.rpc('message/send', message('hello'))
    assert.equal(result.status.state, 'completed')
  }

  for (const authority of ['evil.example', 'localhost@evil.example', 'localhost:80', 'evil.example@localhost', ''])
    for (const scheme of ['http', 'HTTPS', 'ftp'])
      test(`a target under ${scheme}://${authority} is refused where the Host is localhost`, async () => {
        const { status, text } = await sayRaw(url, get(`${scheme}://${authority}/agents`, last))
        assert.equal(status, 400, text)
        assertTellsNothing(text)
      })

  test('a target and a Host of the same name are one', async () => {
    for (const target of ['http://localhost/agents', 'HTTP://LocalHost/agents', 'https://localhost/agents?x=http://a'])
      assert.equal((await sayRaw(url, get(target, last))).status, 200)
    // Nor does an address further on make a path one of these.
    assert.equal((await sayRaw(url, get('/nothing/http://evil.example/', last))).status, 404)
  })

  test('HTTP/1.0 is answered under a Host of ours only, and its connection closed', async () => {
    assert.equal((await sayRaw(url, request('GET /agents HTTP/1.0', 'Host: localhost'))).status, 200)
    assert.equal((await sayRaw(url, request('GET /agents HTTP/1.0'))).status, 400)
    assert.equal((await sayRaw(url, request('GET /agents HTTP/1.0', 'Host: evil.example'))).status, 403)
  })

  test('HTTP/1.0 with chunks is refused', async () => {
    const head = request('POST / HTTP/1.0', 'Host: localhost', json, 'Transfer-Encoding: chunked')
    assert.deepEqual(statusesOf((await sayRaw(url, `${head}0\r\n\r\n`)).text), ['400'])
  })

  test('who expects 100 is told to go on, who expects anything else is refused', async () => {
    const length = `Content-Length: ${call.length}`
    const { text } = await sayRaw(url, posted('Expect: 100-continue', length, last) + call)
    assert.deepEqual(statusesOf(text), ['100', '200'])
    assert.equal((await sayRaw(url, posted('Expect: magic', length, last) + call)).status, 417)
  })

  test('CONNECT opens no tunnel, and an upgrade is not taken up', async () => {
    assert.equal((await sayRaw(url, request('CONNECT localhost:80 HTTP/1.1', 'Host: localhost'))).text, '')
    for (const protocol of ['websocket', 'h2c', 'TLS/1.0']) {
      const { text } = await sayRaw(url, get('/agents', `Upgrade: ${protocol}`, 'Connection: Upgrade, close'))
      assert.deepEqual(statusesOf(text), ['200'])
    }
  })

  test('the body of a GET is not the next request', async () => {
    const inner = get('/health/live')
    const { text } = await sayRaw(url, `${get('/agents', `Content-Length: ${inner.length}`, last)}${inner}`)
    assert.deepEqual(statusesOf(text), ['200'])
  })

  test('what follows the chunks does not count as headers', async () => {
    const chunks = `${call.length.toString(16)}\r\n${call}\r\n0\r\n`
    const trailers = 'X-Forwarded-For: 203.0.113.9\r\nHost: evil.example\r\nA2A-Version: 9.9\r\n\r\n'
    const { text } = await sayRaw(url, posted('Transfer-Encoding: chunked', last) + chunks + trailers)
    assert.deepEqual(statusesOf(text), ['200'])
    assert.match(text, /"result"/)
  })

  test('extensions of chunks are bounded', async () => {
    const { text } = await sayRaw(
      url,
      `${posted('Transfer-Encoding: chunked')}2;x=${'y'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    )
    assert.deepEqual(statusesOf(text), ['400'])
  })

  test(`a request has at most ${limits.headersPerRequest} headers, and none is left out in silence`, async () => {
    const fillers = (count: number) => Array.from({ length: count }, () => 'a:1')
    // Beside the Host and the wish to close.
    const most = limits.headersPerRequest - 2
    assert.equal((await sayRaw(url, get('/agents', last, ...fillers(most)))).status, 200)
    for (const count of [most + 1, 1000, 2500])
      assert.equal((await sayRaw(url, get('/agents', last, ...fillers(count), 'Via: proxy'))).status, 431, `${count}`)
  })

  test('a path of more than 16 KiB is refused with 431', async () => {
    assert.equal((await sayRaw(url, get(`/${'a'.repeat(20_000)}`))).status, 431)
    assert.equal((await sayRaw(url, get(`/agents?${'%61'.repeat(7000)}`))).status, 431)
  })

  test(`${connections} connections that say nothing keep nobody from working`, async () => {
    const sockets = await Promise.all(Array.from({ length: connections }, () => openSocket(url)))
    await stillAnswers()
    for (const socket of sockets) socket.destroy()
    await stillAnswers()
  })

  // The times are those of the server; the tests that follow shorten them, the last one first.
  test('a connection has 10 s for headers, 30 s for a request, and 72 s until the next', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout } = server
    assert.deepEqual(
      { headersTimeout, requestTimeout, keepAliveTimeout },
      {
        headersTimeout: 10_000,
        requestTimeout: 30_000,
        keepAliveTimeout: 72_000,
      },
    )
  })

  test('a connection without a further request is closed', async () => {
    server.keepAliveTimeout = 100
    const { text } = await sayRaw(url, get('/health/live'))
    assert.deepEqual(statusesOf(text), ['200'])
  })

  for (const [what, bytes] of [
    ['bodies that trickle in', `${posted('Content-Length: 1000')}{`],
    ['chunks that trickle in', `${posted('Transfer-Encoding: chunked')}3e8\r\n{`],
    ['headers that do not come', ''],
  ] as const)
    test(`${slow} connections with ${what} are closed with 408, and do not keep others from working`, async () => {
      server.requestTimeout = 1000
      server.headersTimeout = 1000
      const sockets = await Promise.all(Array.from({ length: slow }, () => openSocket(url, bytes)))
      const drip = setInterval(() => sockets.map(socket => bytes && socket.writable && socket.write(' ')), 100)
      const answers = Promise.all(sockets.map(readToEnd))
      await stillAnswers()
      for (const { status } of await answers) assert.equal(status, 408)
      clearInterval(drip)
      await stillAnswers()
    })
})
