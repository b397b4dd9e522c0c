import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { message, type Platform, startPlatform } from '../platform.ts'
import {
  alice,
  assertHttpError,
  assertRpcError,
  assertTellsNothing,
  exchange,
  type RawAnswer,
  request,
  rpcPaths,
  sayRaw,
  twoTokens,
} from './support.ts'

const call = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'message/send', params: message('hello') })

/** `fetch` sets Host by itself, so these requests go over bare connections. */
const get = (url: string, path: string, ...headers: string[]): Promise<RawAnswer> =>
  sayRaw(url, request(`GET ${path} HTTP/1.1`, 'Connection: close', ...headers))

const rpcCall = (url: string, path: string, ...headers: string[]): Promise<RawAnswer> => {
  const more = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(call)}`, 'Connection: close']
  return sayRaw(url, `${request(`POST ${path} HTTP/1.1`, ...headers, ...more)}${call}`)
}

const bodyOf = ({ text }: RawAnswer) => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
const headerOf = ({ text }: RawAnswer, name: string) =>
  new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(text.slice(0, text.indexOf('\r\n\r\n')))?.[1]

const ownHosts = [
  'localhost',
  'localhost:8000',
  'LOCALHOST',
  '127.0.0.1',
  '127.0.0.1:1',
  '[::1]',
  '[::1]:80',
  '127.1',
  '2130706433',
]
const foreignHosts = [
  'evil.example',
  'evil.example:80',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'localhost.',
  '[::2]',
  '0.0.0.0',
]
const noHosts = [
  '',
  'a b',
  'localhost/path',
  'user@localhost',
  'user:pw@localhost',
  'localhost:x',
  'localhost:99999',
  '[::1',
  'http://localhost',
  '%',
  '<script>',
]

describe('the names under which the server answers', () => {
  let platform: Platform
  let url: string
  before(async () => {
    platform = await startPlatform({
      env: { A2A_ALLOWED_HOSTS: 'tether.example', A2A_CORS_ALLOWED_ORIGINS: 'https://app.example' },
    })
    url = platform.url
  })
  after(() => platform[Symbol.asyncDispose]())

  for (const host of [...ownHosts, 'tether.example', 'tether.example:443', 'TETHER.example'])
    test(`the Host ${host} is its own`, async () => {
      assert.equal((await get(url, '/agents', `Host: ${host}`)).status, 200)
      assert.equal(bodyOf(await rpcCall(url, '/', `Host: ${host}`)).result.status.state, 'completed')
    })

  for (const [hosts, status, code] of [
    [foreignHosts, 403, -31403],
    [noHosts, 400, -32600],
  ] as const)
    for (const host of hosts)
      test(`the Host ${JSON.stringify(host)} is refused with ${status} on every door`, async () => {
        for (const path of ['/agents', '/health', '/health/ready', '/.well-known/agent-card.json', '/nothing', '/'])
          assert.equal((await get(url, path, `Host: ${host}`)).status, status, path)
        for (const path of rpcPaths) {
          const answer = await rpcCall(url, path, `Host: ${host}`)
          assert.equal(answer.status, status)
          const { error, id } = bodyOf(answer)
          assert.deepEqual([error.code, id], [code, null])
          assertTellsNothing(answer.text)
        }
      })

  test('two Hosts are refused with 400, in either order', async () => {
    for (const hosts of [
      ['localhost', 'evil.example'],
      ['evil.example', 'localhost'],
      ['localhost', 'localhost'],
    ])
      assert.equal((await get(url, '/agents', ...hosts.map(host => `Host: ${host}`))).status, 400)
  })

  test('the Host of a proxy does not count unless the proxy is trusted', async () => {
    assert.equal((await get(url, '/health', 'Host: evil.example', 'X-Forwarded-Host: localhost')).status, 403)
  })

  const own = () => url
  const allowed: [what: string, origin: () => string][] = [
    ['its own origin', own],
    ['an origin of the setting', () => 'https://app.example'],
  ]
  for (const [what, origin] of allowed)
    test(`a page of ${what} may call and read every answer`, async () => {
      for (const path of ['/agents', '/health', '/.well-known/agent-card.json', '/nothing', '/']) {
        const { headers } = await exchange(`${url}${path}`, { headers: { origin: origin() } })
        assert.equal(headers.get('access-control-allow-origin'), origin(), path)
        assert.match(headers.get('vary') ?? '', /\borigin\b/i, path)
        assert.match(headers.get('access-control-expose-headers') ?? '', /x-request-id/, path)
        assert.equal(headers.get('access-control-allow-credentials'), null)
      }
    })

  test('a page of an allowed origin reads event streams too', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message/stream', params: message('hello') })
    const headers = { 'content-type': 'application/json', origin: 'https://app.example' }
    const answer = await exchange(`${url}/`, { method: 'POST', headers, body })
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example')
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
  })

  const foreign = [
    'https://evil.example',
    'null',
    'http://localhost:1',
    'https://app.example.evil',
    'http://app.example',
    'https://app.example:444',
    'https://APP.example',
    '',
    'x',
  ]
  for (const origin of foreign)
    test(`a page of ${JSON.stringify(origin)} is refused with 403 and may not read that`, async () => {
      for (const path of ['/agents', '/health', '/.well-known/agent-card.json', '/nothing']) {
        const answer = await exchange(`${url}${path}`, { headers: { origin } })
        assertHttpError(answer, 403)
        assert.equal(answer.headers.get('access-control-allow-origin'), null)
      }
      for (const path of rpcPaths) {
        const headers = { 'content-type': 'application/json', origin }
        const answer = await exchange(`${url}${path}`, { method: 'POST', headers, body: call })
        assert.equal(answer.status, 403)
        assertRpcError(answer, -31403, null)
      }
      const preflight = await exchange(`${url}/`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      assert.equal(preflight.status, 403)
      assert.equal(preflight.headers.get('access-control-allow-origin'), null)
    })

  test('the preflight of an allowed origin names verbs and headers', async () => {
    for (const path of [...rpcPaths, '/agents', '/.well-known/agent-card.json', '/nothing']) {
      const headers = {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization,last-event-id',
      }
      const { status, headers: given } = await exchange(`${url}${path}`, { method: 'OPTIONS', headers })
      assert.equal(status, 204)
      assert.equal(given.get('access-control-allow-origin'), 'https://app.example')
      assert.match(given.get('access-control-allow-methods') ?? '', /\bPOST\b/)
      for (const name of ['content-type', 'authorization', 'last-event-id', 'a2a-version'])
        assert.match(given.get('access-control-allow-headers') ?? '', new RegExp(`\\b${name}\\b`))
      assert.match(given.get('vary') ?? '', /origin/)
    }
  })

  for (const id of ['abc', 'A-1_b:c.d', 'x'.repeat(128)])
    test(`the request id ${id.slice(0, 20)} comes back`, async () => {
      const { headers } = await exchange(`${url}/agents`, { headers: { 'x-request-id': id } })
      assert.equal(headers.get('x-request-id'), id)
    })

  for (const id of ['', 'x'.repeat(129), 'a b', 'a,b', '<b>', "' or 1=1", '{{7*7}}', '../..', 'é', 'a\tb'])
    test(`the request id ${JSON.stringify(id.slice(0, 20))} is replaced`, async () => {
      const { headers } = await exchange(`${url}/agents`, { headers: { 'x-request-id': id } })
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    })

  test('two request ids are none', async () => {
    const answer = await get(url, '/agents', 'Host: localhost', 'X-Request-Id: a', 'X-Request-Id: b')
    assert.match(headerOf(answer, 'x-request-id') ?? '', /^[0-9a-f-]{36}$/)
  })
})

test('an own origin is foreign once the setting replaces the defaults', async () => {
  await using platform = await startPlatform({
    env: { CORS_ALLOWED_ORIGINS: 'https://app.example', CORS_REPLACE_DEFAULT_ORIGINS: 'true' },
  })
  const status = async (origin: string) => (await exchange(`${platform.url}/agents`, { headers: { origin } })).status
  assert.equal(await status(platform.url), 403)
  assert.equal(await status('https://app.example'), 200)
})

test('a page reads that its token is refused', async () => {
  await using platform = await startPlatform({
    env: { A2A_AUTH_TOKENS: twoTokens, A2A_CORS_ALLOWED_ORIGINS: 'https://app.example' },
  })
  for (const headers of [{}, { authorization: 'Bearer wrong-secret-token' }]) {
    const answer = await exchange(`${platform.url}/agents`, { headers: { origin: 'https://app.example', ...headers } })
    assertHttpError(answer, 401)
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example')
  }
  const { status } = await exchange(`${platform.url}/agents`, { headers: { origin: 'https://app.example', ...alice } })
  assert.equal(status, 200)
})
