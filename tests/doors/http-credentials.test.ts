import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { permissions } from '@codetether/server/principal'
import { message, type Platform, startPlatform } from '../platform.ts'
import { type SeenRoute, watchApps, withRoutes } from './routes.ts'
import { alice, assertHttpError, assertRpcError, exchange, json, post, rpcPaths, twoTokens } from './support.ts'

const publicRoutes = [
  'GET /.well-known/agent-card.json',
  'GET /.well-known/agent.json',
  'GET /.well-known/jwks.json',
  'GET /agents/:agent/.well-known/agent-card.json',
  'GET /agents/:agent/.well-known/agent.json',
  'GET /extensions/resume/v1',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /v1/health',
  'OPTIONS /*',
  'POST /v1/message/send',
]

/** What does not pass for a token, and why it might. */
const wrong: [what: string, headers: Record<string, string>][] = [
  ['nothing', {}],
  ['an empty header', { authorization: '' }],
  ['the scheme alone', { authorization: 'Bearer ' }],
  ['another token', { authorization: 'Bearer wrong-secret-token' }],
  ['the beginning of a token', { authorization: 'Bearer alice-secret-toke' }],
  ['more than a token', { authorization: 'Bearer alice-secret-tokenx' }],
  ['a token in capitals', { authorization: 'Bearer ALICE-SECRET-TOKEN' }],
  ['the name of a caller', { authorization: 'Bearer alice' }],
  ['the setting itself', { authorization: `Bearer ${twoTokens}` }],
  ['a token without its scheme', { authorization: 'alice-secret-token' }],
  ['a token as a password', { authorization: `Basic ${btoa('alice:alice-secret-token')}` }],
  ['two tokens', { authorization: 'Bearer alice-secret-token bob-secret-token' }],
  ['a token in another header', { 'x-api-key': 'alice-secret-token', cookie: 'token=alice-secret-token' }],
  ['a token of 10 KB', { authorization: `Bearer ${'x'.repeat(10_000)}` }],
  ['a token with signs', { authorization: "Bearer ' or '1'='1" }],
]

describe('a server on loopback with tokens', () => {
  let platform: Platform
  let routes: SeenRoute[]
  before(async () => {
    const seen = await withRoutes(() => startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens } }))
    platform = seen.started
    routes = seen.routes
  })
  after(() => platform[Symbol.asyncDispose]())

  const call = ({ method, url }: SeenRoute, headers: Record<string, string>) =>
    exchange(`${platform.url}${url.replace(':agent', 'echo')}`, {
      method,
      headers: { ...headers, ...(method === 'POST' && json) },
      ...(method === 'POST' && { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks/list' }) }),
    })

  test('has routes that each declare a permission of the list, and no public one that nobody has reviewed', () => {
    assert.ok(routes.length >= 20)
    for (const { method, url, permission } of routes)
      assert.ok(
        permissions.some(known => known === permission),
        `${method} ${url} declares ${permission}`,
      )
    const open = routes.filter(route => route.permission === 'public' && route.method !== 'HEAD')
    assert.deepEqual(open.map(({ method, url }) => `${method} ${url}`).sort(), publicRoutes)
  })

  for (const [what, headers] of wrong)
    test(`takes ${what} for no token on any route that is not public`, async () => {
      const guarded = routes.filter(route => route.permission !== 'public')
      assert.ok(guarded.some(route => route.jsonRpc) && guarded.some(route => route.url === '/health/detail'))
      for (const route of guarded) {
        const answer = await call(route, headers)
        assert.equal(answer.status, 401, `${route.method} ${route.url}`)
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="/)
        if (route.jsonRpc) assertRpcError(answer, -31401, null)
        else if (route.rest === '0.3' && route.method !== 'HEAD') assert.equal(answer.body?.code, -31401)
        else if (route.method !== 'HEAD') assertHttpError(answer, 401)
        assert.doesNotMatch(answer.raw, /alice|bob|secret/)
      }
    })

  test('answers every wrong token with the same body', async () => {
    const bodies = new Set<string>()
    for (const [, { authorization }] of wrong)
      if (authorization && /^Bearer \S+$/.test(authorization))
        bodies.add((await post(platform.url, {}, { authorization })).raw)
    assert.equal(bodies.size, 1)
  })

  test('lets a token in on every route, whatever the case of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      for (const route of routes.filter(({ permission }) => permission !== 'public')) {
        const { status } = await call(route, { authorization: `${scheme} alice-secret-token` })
        // What is said to no params, to those of another door, or of what is not there, is another matter.
        const isElsewhere = route.rest || (route.method !== 'GET' && !route.jsonRpc) || route.url.includes(':id')
        const expected = isElsewhere ? [200, 400, 404] : [200]
        // What workers do needs the token of one.
        if (route.permission === 'worker:run') expected.splice(0, expected.length, 403)
        assert.ok(expected.includes(status), `${route.method} ${route.url}: ${status}`)
      }
  })

  test('reads no token from the query', async () => {
    for (const name of ['token', 'access_token', 'authorization', 'api_key'])
      assert.equal((await exchange(`${platform.url}/agents?${name}=alice-secret-token`)).status, 401)
  })

  test('checks credentials before it reads the body', async () => {
    for (const path of rpcPaths)
      for (const body of ['', '{', 'x'.repeat(4 * 1024 * 1024 + 1)]) {
        const answer = await post(`${platform.url}${path}`, body).catch(() => null)
        // A caller that is still sending may lose the answer.
        if (answer) assertRpcError(answer, -31401, null)
        else assert.ok(body.length > 1000)
      }
  })

  test('keeps public what has to be, and tells nothing else there', async () => {
    for (const path of ['/health', '/v1/health', '/health/live', '/health/ready', '/.well-known/agent-card.json'])
      assert.equal((await exchange(`${platform.url}${path}`)).status, 200)
    assertHttpError(await exchange(`${platform.url}/nothing`), 404)
    assertHttpError(await exchange(`${platform.url}/`), 405)
  })

  test('takes forwarding headers for nothing', async () => {
    const headers = { ...alice, 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' }
    assert.equal((await exchange(`${platform.url}/agents`, { headers })).status, 200)
    const { status } = await exchange(`${platform.url}/agents`, { headers: { 'x-forwarded-for': '127.0.0.1' } })
    assert.equal(status, 401)
  })
})

describe('a server on loopback without tokens', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform()
  })
  after(() => platform[Symbol.asyncDispose]())

  test('takes its caller for the owner, and headers with credentials for nothing', async () => {
    for (const headers of [{}, alice]) assert.equal((await exchange(`${platform.url}/agents`, { headers })).status, 200)
  })

  const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']
  for (const name of forwarding)
    for (const value of ['127.0.0.1', '', 'for=127.0.0.1', 'x'])
      test(`does not take a caller with ${name}: ${value} for the owner`, async () => {
        for (const path of ['/agents', '/health/detail']) {
          const answer = await exchange(`${platform.url}${path}`, { headers: { [name]: value } })
          assertHttpError(answer, 401)
          assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /)
        }
        for (const path of rpcPaths) {
          const call = { jsonrpc: '2.0', id: 1, method: 'message/send', params: message('hello') }
          const answer = await post(`${platform.url}${path}`, call, { [name]: value })
          assert.equal(answer.status, 401)
          assertRpcError(answer, -31401, null)
        }
      })
})

describe('a server with its own header for tokens', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens, A2A_AUTH_HEADER: 'X-API-Key' } })
  })
  after(() => platform[Symbol.asyncDispose]())

  test('finds the bare token there and nowhere else', async () => {
    const status = async (headers: Record<string, string>) =>
      (await exchange(`${platform.url}/agents`, { headers })).status
    assert.equal(await status({ 'x-api-key': 'alice-secret-token' }), 200)
    assert.equal(await status({ 'X-Api-Key': 'bob-secret-token' }), 200)
    for (const value of ['', 'wrong-secret-token', 'Bearer alice-secret-token', 'alice-secret-token, bob-secret-token'])
      assert.equal(await status({ 'x-api-key': value }), 401, value)
    assert.equal(await status(alice), 401)
  })

  test('asks for it in its card', async () => {
    const { body } = await exchange(`${platform.url}/.well-known/agent-card.json`)
    assert.deepEqual(body.securitySchemes, { token: { type: 'apiKey', in: 'header', name: 'x-api-key' } })
    assert.deepEqual(body.security, [{ token: [] }])
  })
})

test('a page may send the header for tokens, whatever its name', async () => {
  await using platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens, A2A_AUTH_HEADER: 'X-My-Token' } })
  const headers = { origin: platform.url, 'access-control-request-headers': 'x-my-token' }
  const preflight = await exchange(platform.url, { method: 'OPTIONS', headers })
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /\bx-my-token\b/)
})

test('a route without a permission stops the start', async () => {
  const addRoute = watchApps.bind(null, app => {
    void app.register(async child => {
      child.get('/forgotten', async () => 'nobody asked who you are')
    })
  })
  await assert.rejects(
    addRoute(() => startPlatform()),
    /route GET \/forgotten declares no permission/,
  )
})
