import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { loadConfig } from '../config/load-config.ts'
import type { Variables } from '../config/read-sources.ts'
import { permissions } from '../principal.ts'
import { type Caller, createAuthenticator } from './authenticate.ts'

const tokens = 'ada:correct-horse-battery,bob:another-token-of-bob'

/** Who the server takes a caller for: the principal's id, or why it is refused. */
const whoIs = (env: Variables, caller: Partial<Caller>, flags = {}): string => {
  const authenticate = createAuthenticator(loadConfig(env, flags, { directory: '/srv' }).config)
  try {
    return authenticate({ headers: {}, remoteAddress: '127.0.0.1', ...caller }).id
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'UNAUTHENTICATED') return `refused: ${error.message}`
    throw error
  }
}

for (const remoteAddress of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
  test(`a caller from ${remoteAddress} is the owner of a loopback server`, () => {
    assert.equal(whoIs({}, { remoteAddress }), 'local')
  })

for (const remoteAddress of [
  '192.168.1.5',
  '::ffff:192.168.1.5',
  'fe80::1',
  '::',
  '0.0.0.0',
  'localhost.example',
  '',
  undefined,
])
  test(`a caller from ${remoteAddress ?? 'a closed socket'} is not the owner`, () => {
    assert.match(whoIs({}, { remoteAddress }), /^refused/)
  })

const forwarded: IncomingHttpHeaders[] = [
  { forwarded: 'for=203.0.113.5' },
  { 'x-forwarded-for': '203.0.113.5' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-for': '' },
  { 'x-forwarded-host': 'a.example' },
  { 'x-forwarded-proto': 'https' },
  { 'x-real-ip': '203.0.113.5' },
  { via: '1.1 proxy' },
]

for (const headers of forwarded)
  test(`a caller that came through a proxy is not the owner: ${JSON.stringify(headers)}`, () => {
    assert.match(whoIs({}, { headers }), /^refused: callers behind a proxy need credentials/)
    assert.equal(whoIs({}, { headers }, { insecure: true }), 'anonymous')
  })

test('headers that only look like those of a proxy change nothing', () => {
  assert.equal(whoIs({}, { headers: { 'x-forward': 'a', 'x-request-id': 'b', referer: 'http://a.example/' } }), 'local')
})

test('a server that others reach has no owner, even for callers of its own machine', () => {
  const open = { A2A_HOST: '0.0.0.0', A2A_AUTH_ENABLED: 'false' }
  for (const remoteAddress of ['127.0.0.1', '203.0.113.5'])
    assert.equal(whoIs(open, { remoteAddress }, { insecure: true }), 'anonymous')
})

const bearer: [what: string, authorization: string | undefined, who: RegExp][] = [
  ['the right token', 'Bearer correct-horse-battery', /^token:ada$/],
  ['another caller’s token', 'Bearer another-token-of-bob', /^token:bob$/],
  ['the scheme in other case', 'bEARER correct-horse-battery', /^token:ada$/],
  ['more spaces', 'Bearer   correct-horse-battery', /^token:ada$/],
  ['no header', undefined, /missing/],
  ['an empty header', '', /missing/],
  ['the scheme alone', 'Bearer', /missing/],
  ['the scheme and a space', 'Bearer ', /missing/],
  ['another scheme', 'Basic correct-horse-battery', /missing/],
  ['the token alone', 'correct-horse-battery', /missing/],
  ['two tokens', 'Bearer correct-horse-battery another-token-of-bob', /missing/],
  ['two headers in one', 'Bearer correct-horse-battery, Bearer another-token-of-bob', /missing/],
  ['a wrong token', 'Bearer wrong', /not valid/],
  ['a token of the same length', 'Bearer correct-horse-batterz', /not valid/],
  ['the beginning of a token', 'Bearer correct-horse', /not valid/],
  ['a token with more behind it', 'Bearer correct-horse-battery!', /not valid/],
  ['a token in other case', 'Bearer Correct-Horse-Battery', /not valid/],
  ['the name with the token', 'Bearer ada:correct-horse-battery', /not valid/],
  ['a very long token', `Bearer ${'x'.repeat(100_000)}`, /not valid/],
]

for (const [what, authorization, who] of bearer)
  test(`with tokens, ${what} is judged on loopback as elsewhere`, () => {
    const headers = authorization === undefined ? {} : { authorization }
    for (const remoteAddress of ['127.0.0.1', '203.0.113.5'])
      assert.match(whoIs({ A2A_AUTH_TOKENS: tokens }, { headers, remoteAddress }), who)
  })

const custom: [what: string, headers: IncomingHttpHeaders, who: RegExp][] = [
  ['the token alone', { 'x-api-key': 'correct-horse-battery' }, /^token:ada$/],
  ['the token behind a scheme', { 'x-api-key': 'Bearer correct-horse-battery' }, /not valid/],
  ['the token in the header Authorization', { authorization: 'Bearer correct-horse-battery' }, /missing/],
  ['an empty header', { 'x-api-key': '' }, /missing/],
  ['the header twice', { 'x-api-key': ['correct-horse-battery', 'x'] }, /missing/],
]

for (const [what, headers, who] of custom)
  test(`in a header of its own: ${what}`, () => {
    assert.match(whoIs({ A2A_AUTH_TOKENS: tokens, A2A_AUTH_HEADER: 'X-API-Key' }, { headers }), who)
  })

test('with tokens, --insecure opens nothing', () => {
  assert.match(whoIs({ A2A_AUTH_TOKENS: tokens }, {}, { insecure: true }), /missing/)
})

test('a refusal repeats nothing of what was sent', () => {
  assert.doesNotMatch(whoIs({ A2A_AUTH_TOKENS: tokens }, { headers: { authorization: 'Bearer canary' } }), /canary/)
})

test('a known caller belongs to a tenant and may all that is not for workers', () => {
  const authenticate = createAuthenticator(loadConfig({ A2A_AUTH_TOKENS: tokens }, {}, { directory: '/srv' }).config)
  const { tenantId, permissions: held } = authenticate({
    headers: { authorization: 'Bearer correct-horse-battery' },
    remoteAddress: '203.0.113.5',
  })
  assert.match(tenantId, /^[0-9a-f-]{36}$/)
  assert.deepEqual(
    [...held],
    permissions.filter(permission => permission !== 'worker:run'),
  )
})
