import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, problemsOf } from '@codetether/testing/config-problems'

const badValues: [name: string, values: string[]][] = [
  ['A2A_PORT', ['-1', '65536', '80.5', '0x50', '1e3', 'eighty']],
  ['A2A_HOST', ['http://localhost', 'localhost:8000', 'a b', '*', '-a.org', '::1%eth0/64']],
  [
    'A2A_PUBLIC_URL',
    ['example.org', 'ftp://example.org', 'https://a:b@c', 'https://a/?x=1', 'https://a/?', 'https://a/#x'],
  ],
  ['A2A_ALLOWED_HOSTS', ['https://a.org', 'a.org:80', '*', '*.a.org']],
  ['A2A_TRUSTED_PROXIES', ['10.0.0.0/33', '::/129', '0.0.0.0/0', '::/0', 'localhost', '10.0.0.0/8/8', '10.0.0.0/']],
  ['CORS_ALLOWED_ORIGINS', ['*', 'app.org', 'https://app.org/path', 'null', 'https://a:b@app.org']],
  ['CORS_REPLACE_DEFAULT_ORIGINS', ['maybe']],
  [
    'A2A_AUTH_TOKENS',
    ['secret123', 'a:short', 'a:secret123,a:secret456', 'a:secret123,b:secret123', ':secret123', 'a:sec ret123', ','],
  ],
  ['A2A_AUTH_HEADER', ['Cookie', 'Host', 'X API Key', 'a:b']],
  ['A2A_INSECURE', ['2']],
  ['A2A_LOG_LEVEL', ['loud']],
  ['A2A_LOG_FORMAT', ['xml']],
  ['A2A_AGENT_NAME', ['x'.repeat(129)]],
  ['CODETETHER_SECRET_KEY', ['short', 'x'.repeat(64), 'changeme'.repeat(8), 'password'.repeat(8)]],
  ['RLS_ENABLED', ['false', 'maybe']],
  ['A2A_BLOCKING_TIMEOUT_SECONDS', ['0', '601']],
  ['CODETETHER_RETENTION_DAYS', ['0', '10001', '1.5', '30d']],
  ['CODETETHER_EVENT_RETENTION_DAYS', ['0', '10001', '-1']],
]

for (const [name, values] of badValues) {
  test(`${name} refuses what it cannot mean`, () => {
    for (const value of values) {
      const problems = problemsOf({ [name]: value })
      assert.deepEqual(
        problems.map(problem => problem.name),
        [name],
        `${value} was not refused`,
      )
    }
  })
}

test('row-level security cannot be switched off, and the refusal says why', () => {
  assertRefused({ RLS_ENABLED: 'false' }, 'RLS_ENABLED', /tenants apart/)
})

test('an external database needs the master secret, and an administrator needs a database', () => {
  assertRefused({ DATABASE_URL: 'postgres://db/x' }, 'CODETETHER_SECRET_KEY', /DATABASE_URL.*openssl/)
  assertRefused({ DATABASE_ADMIN_URL: 'postgres://db/x' }, 'DATABASE_ADMIN_URL', /DATABASE_URL/)
  assertRefused({ DATABASE_DIRECT_URL: 'postgres://db/x' }, 'DATABASE_DIRECT_URL', /DATABASE_URL/)
  assertRefused({ DATABASE_URL: 'garbage' }, 'DATABASE_URL', /postgres:\/\//)
  assertRefused({ DATABASE_URL: 'postgres://127.0.0.1:99999/x' }, 'DATABASE_URL', /postgres:\/\//)
  assertRefused({ DATABASE_URL: 'postgres://db/x?pgbouncer=1' }, 'DATABASE_URL', /pgbouncer=true/)
  assertRefused({ DATABASE_URL: 'postgres://db/x?sslmode=full' }, 'DATABASE_URL', /verify-full/)
})
