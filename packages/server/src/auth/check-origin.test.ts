import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { loadConfig } from '../config/load-config.ts'
import type { Variables } from '../config/read-sources.ts'
import { checkOrigin, type RequestOrigin } from './check-origin.ts'

const judge = (headers: IncomingHttpHeaders, env: Variables = {}): RequestOrigin | string => {
  try {
    return checkOrigin(headers, loadConfig(env, {}, { directory: '/srv' }).config)
  } catch (error) {
    if (error instanceof PlatformError) return error.code
    throw error
  }
}

const own: [host: string, origin: string][] = [
  ['localhost', 'http://localhost'],
  ['localhost:8000', 'http://localhost:8000'],
  ['localhost:1', 'http://localhost:1'],
  ['localhost:80', 'http://localhost'],
  ['LocalHost:8000', 'http://localhost:8000'],
  ['127.0.0.1:65535', 'http://127.0.0.1:65535'],
  ['[::1]', 'http://[::1]'],
  ['[::1]:8000', 'http://[::1]:8000'],
  ['[0:0:0:0:0:0:0:1]:8000', 'http://[::1]:8000'],
]

for (const [host, origin] of own)
  test(`a loopback server answers under ${host}`, () => assert.deepEqual(judge({ host }), { own: origin, page: null }))

const foreign = [
  'evil.example',
  'evil.example:8000',
  'localhost.evil.example',
  'localhost.',
  '127.0.0.1.evil.example',
  '127.0.0.2',
  '0.0.0.0:8000',
  '192.168.1.5:8000',
  '[::]',
  '[::ffff:127.0.0.1]',
  'xn--lcalhost-54a',
]

for (const host of foreign)
  test(`a loopback server refuses the foreign name ${host}`, () => assert.equal(judge({ host }), 'FORBIDDEN'))

const malformed = [
  undefined,
  '',
  ' ',
  ':8000',
  'localhost:',
  'localhost:port',
  'localhost:65536',
  'localhost:8000:8000',
  'localhost/',
  'localhost/path',
  'localhost\\',
  'localhost?query',
  'localhost#fragment',
  'user@localhost',
  'user:pass@localhost',
  ':pass@localhost',
  '@localhost',
  'localhost@evil.example',
  'evil.example#@localhost',
  'local\thost',
  'localhost, evil.example',
  'http://localhost',
  '%6cocalhost',
  'löcalhost',
  '::1',
  '[::1',
  '::1]',
  '[localhost]',
  '[::1]evil.example',
  '999.0.0.1',
]

for (const host of malformed)
  test(`a Host that is ${host === undefined ? 'missing' : JSON.stringify(host)} is no Host`, () => {
    assert.equal(judge(host === undefined ? {} : { host }), 'INVALID_REQUEST')
    assert.equal(
      judge(host === undefined ? {} : { host }, { A2A_HOST: '0.0.0.0', A2A_AUTH_TOKENS: 'ada:secret-of-ada' }),
      'INVALID_REQUEST',
    )
  })

const open = { A2A_HOST: '0.0.0.0', A2A_AUTH_TOKENS: 'ada:secret-of-ada' }

test('a server on all addresses answers under any name until names are configured', () => {
  assert.deepEqual(judge({ host: 'a.example:8000' }, open), { own: 'http://a.example:8000', page: null })
  const named = { ...open, A2A_ALLOWED_HOSTS: 'A.example, b.example' }
  assert.deepEqual(judge({ host: 'a.example:8000' }, named), { own: 'http://a.example:8000', page: null })
  for (const host of ['c.example', 'x.a.example']) assert.equal(judge({ host }, named), 'FORBIDDEN')
  for (const host of ['localhost', '192.0.2.7:8000', '[2001:db8::1]'])
    assert.equal(typeof judge({ host }, named), 'object')
})

test('an open server on all addresses answers under addresses only: a name could be rebound to it', () => {
  const insecure = { A2A_HOST: '0.0.0.0', A2A_INSECURE: 'true' }
  for (const host of ['192.0.2.7:8000', 'localhost']) assert.equal(typeof judge({ host }, insecure), 'object')
  assert.equal(judge({ host: 'rebound.example' }, insecure), 'FORBIDDEN')
  assert.equal(judge({ host: '192.0.2.7' }, {}), 'FORBIDDEN', 'a loopback server has loopback names only')
})

test('names that are allowed on loopback stand beside the loopback names', () => {
  const env = { A2A_ALLOWED_HOSTS: 'proxy.example' }
  for (const host of ['proxy.example:8000', 'localhost:8000']) assert.equal(typeof judge({ host }, env), 'object')
  assert.equal(judge({ host: 'other.example' }, env), 'FORBIDDEN')
})

test('with a public URL the server is that origin, whatever name a caller uses', () => {
  const env = { A2A_PUBLIC_URL: 'https://agents.example/a2a/' }
  for (const host of ['agents.example', 'localhost:8000'])
    assert.deepEqual(judge({ host }, env), { own: 'https://agents.example', page: null })
  assert.equal(judge({ host: 'evil.example' }, env), 'FORBIDDEN')
})

const host = 'localhost:8000'

test('pages of the server itself may call it', () => {
  const origin = 'http://localhost:8000'
  assert.deepEqual(judge({ host, origin }), { own: origin, page: origin })
})

for (const origin of [
  'null',
  '',
  'http://evil.example',
  'http://localhost',
  'http://localhost:8001',
  'https://localhost:8000',
  'http://127.0.0.1:8000',
  'http://localhost:8000/',
  'http://localhost:8000.evil.example',
  'HTTP://LOCALHOST:8000',
  'http://localhost:8000, http://evil.example',
])
  test(`pages of the origin ${JSON.stringify(origin)} may not`, () =>
    assert.equal(judge({ host, origin }), 'FORBIDDEN'))

test('pages of the public origin may call it, and those of the name it was called by', () => {
  const env = { A2A_PUBLIC_URL: 'https://agents.example' }
  for (const origin of ['https://agents.example', 'http://localhost:8000'])
    assert.deepEqual(judge({ host, origin }, env), { own: 'https://agents.example', page: origin })
  assert.equal(judge({ host, origin: 'http://agents.example' }, env), 'FORBIDDEN')
})

test('origins that are allowed stand beside the server’s own', () => {
  const env = { A2A_CORS_ALLOWED_ORIGINS: 'https://app.example, http://localhost:5173' }
  for (const origin of ['https://app.example', 'http://localhost:5173', 'http://localhost:8000'])
    assert.deepEqual(judge({ host, origin }, env), { own: 'http://localhost:8000', page: origin })
  for (const origin of ['http://app.example', 'https://x.app.example', 'null'])
    assert.equal(judge({ host, origin }, env), 'FORBIDDEN')
})

test('origins that replace the defaults replace the server’s own too', () => {
  const env = { A2A_CORS_ALLOWED_ORIGINS: 'https://app.example', CORS_REPLACE_DEFAULT_ORIGINS: 'true' }
  assert.deepEqual(judge({ host, origin: 'https://app.example' }, env), {
    own: 'http://localhost:8000',
    page: 'https://app.example',
  })
  assert.equal(judge({ host, origin: 'http://localhost:8000' }, env), 'FORBIDDEN')
  assert.equal(typeof judge({ host }, env), 'object', 'callers that are no pages are not concerned')
})
