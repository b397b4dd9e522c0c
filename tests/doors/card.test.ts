import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AgentCard } from '@codetether/protocol/v03/agent-card'
import { message, type Platform, startPlatform } from '../platform.ts'
import { exchange, post, twoTokens } from './support.ts'

const paths = ['/.well-known/agent-card.json', '/.well-known/agent.json']

describe('the card of a server without tokens', () => {
  let platform: Platform
  before(async () => {
    platform = await startPlatform()
  })
  after(() => platform[Symbol.asyncDispose]())

  const card = (headers: Record<string, string> = {}, path = paths[0]) =>
    exchange(`${platform.url}${path}`, { headers })

  test('is a card of A2A v0.3 and the same at both paths', async () => {
    const [first, second] = await Promise.all(paths.map(path => card({}, path)))
    assert.ok(AgentCard.safeParse(first?.body).success)
    assert.equal(first?.raw, second?.raw)
    assert.equal(first?.body.protocolVersion, '0.3.0')
  })

  test('names an endpoint that answers as it says', async () => {
    const { body } = await card()
    assert.equal(body.preferredTransport, 'JSONRPC')
    const [rpc, rest, ...others] = body.additionalInterfaces
    assert.deepEqual([rpc.transport, rest.transport, others], ['JSONRPC', 'HTTP+JSON', []])
    const answer = await post(rpc.url, { jsonrpc: '2.0', id: 1, method: 'message/send', params: message('hello') })
    assert.equal(answer.body.result.status.state, 'completed')
    const proto = { message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', content: [{ text: 'hello' }] } }
    const { task } = (await post(`${rest.url}/v1/message:send`, proto)).body
    assert.equal(task.status.state, 'TASK_STATE_COMPLETED')
  })

  test('claims what is there and nothing else', async () => {
    const { body } = await card()
    const { extensions, ...capabilities } = body.capabilities
    assert.deepEqual(capabilities, { streaming: true, pushNotifications: true, stateTransitionHistory: false })
    for (const { params, required } of extensions) {
      assert.equal(required, false)
      assert.equal((await fetch(params.documentation)).status, 200)
    }
    assert.equal(body.supportsAuthenticatedExtendedCard, false)
    assert.equal('securitySchemes' in body, false)
    assert.equal('security' in body, false)
    assert.equal('signatures' in body, false)
    const agents = await exchange(`${platform.url}/agents`)
    const known = agents.body.agents.flatMap((agent: { skills: { id: string }[] }) =>
      agent.skills.map(skill => skill.id),
    )
    const claimed = body.skills.map((skill: { id: string }) => skill.id)
    assert.deepEqual(claimed, ['task-management', ...known])
  })

  test('is kept by caches and checked by its tag', async () => {
    const { headers } = await card()
    const etag = headers.get('etag') ?? ''
    assert.match(etag, /^"[\w-]{20,}"$/)
    assert.equal(headers.get('cache-control'), 'public, max-age=300')
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await card({ 'if-none-match': known })
      assert.deepEqual([answer.status, answer.raw], [304, ''])
      assert.equal(answer.headers.get('etag'), etag)
    }
    for (const unknown of ['"x"', '', etag.slice(1), 'W/', `${etag}x`])
      assert.equal((await card({ 'if-none-match': unknown })).status, 200)
  })

  test('is not the same in another version, which caches are told', async () => {
    const older = await card()
    const newer = await card({ 'a2a-version': '1.0' })
    assert.notEqual(older.headers.get('etag'), newer.headers.get('etag'))
    for (const { headers } of [older, newer]) assert.equal(headers.get('vary'), 'host, origin, a2a-version')
    const other = await card({ 'a2a-version': '1.0', 'if-none-match': older.headers.get('etag') ?? '' })
    assert.equal(other.status, 200)
  })

  for (const path of [...paths, '/agents/echo/.well-known/agent-card.json', '/.well-known/jwks.json'])
    test(`HEAD ${path} tells what GET would, without a body`, async () => {
      const url = `${platform.url}${path}`
      const [got, head] = [await exchange(url), await exchange(url, { method: 'HEAD' })]
      assert.deepEqual([head.status, head.raw], [200, ''])
      for (const name of ['etag', 'cache-control', 'vary', 'content-type', 'content-length'])
        assert.equal(head.headers.get(name), got.headers.get(name), name)
      const known = { 'if-none-match': got.headers.get('etag') ?? '' }
      assert.equal((await exchange(url, { method: 'HEAD', headers: known })).status, 304)
    })

  test('is whole, whatever ranges and conditions a caller asks for', async () => {
    const { raw } = await card()
    for (const headers of [
      { range: 'bytes=0-3' },
      { range: 'nonsense' },
      { 'if-match': '"x"' },
      { 'if-modified-since': 'x' },
    ]) {
      const answer = await card(headers)
      assert.deepEqual([answer.status, answer.raw], [200, raw])
    }
  })

  test('is answered as JSON whatever the caller accepts', async () => {
    for (const accept of ['text/html', '*/*', 'application/json', 'nonsense', 'x'.repeat(5000)])
      assert.match((await card({ accept })).headers.get('content-type') ?? '', /^application\/json/)
  })
})

test('the card says how to authenticate as soon as tokens are asked for', async () => {
  await using platform = await startPlatform({ env: { A2A_AUTH_TOKENS: twoTokens } })
  const { body, status, raw } = await exchange(`${platform.url}/.well-known/agent-card.json`)
  assert.equal(status, 200)
  assert.deepEqual(body.securitySchemes, { token: { type: 'http', scheme: 'bearer' } })
  assert.deepEqual(body.security, [{ token: [] }])
  assert.doesNotMatch(raw, /alice|bob|secret/)
})

test('the card of a server behind a proxy names its public address', async () => {
  await using platform = await startPlatform({ env: { A2A_PUBLIC_URL: 'https://tether.example/' } })
  const { body, raw } = await exchange(`${platform.url}/.well-known/agent-card.json`)
  assert.equal(body.url, 'https://tether.example/')
  assert.doesNotMatch(raw, /127\.0\.0\.1/)
})

test('the card cannot be made to name a foreign address', async () => {
  await using platform = await startPlatform()
  for (const name of ['x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-host', 'x-original-url']) {
    const { body } = await exchange(`${platform.url}/.well-known/agent-card.json`, {
      headers: { [name]: 'evil.example' },
    })
    assert.equal(body.url, `${platform.url}/`)
  }
})
