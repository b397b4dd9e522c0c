import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertRefused, problemsOf } from '@codetether/testing/config-problems'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'
import type { PeerCredential } from './peer-credentials.ts'

const tokens = 'client1:secret123,client2:hunter2:with:colons'
const secretKey = 'q8Zk3vT0xW7bN5mC1rY9sD2fG4hJ6lPa'

const untraced = {
  url: null,
  disabled: false,
  exporter: 'otlp',
  protocol: 'http/json',
  headers: new Map(),
  serviceName: 'codetether',
  resource: new Map(),
  sampler: { name: 'parentbased_always_on', ratio: 1 },
}

const none = new Map()
const unrouted = { personalityAgents: none, personalityModels: none, tierModels: {}, autoModel: true, aliases: none }

test('without any setting the server is the local owner’s: loopback, embedded database, no tokens', () => {
  const { config, notices } = loadConfig({}, {}, { directory: '/srv/work' })
  assert.deepEqual(config, {
    traces: untraced,
    http: {
      host: '127.0.0.1',
      loopback: true,
      port: 8000,
      allowedHosts: [],
      trustedProxies: [],
      corsOrigins: [],
      corsReplacesDefaults: false,
    },
    auth: { enabled: false, header: 'authorization', tokens: new Map(), workerGrants: new Map() },
    log: { level: 'info', format: 'json' },
    agent: {
      name: 'CodeTether',
      description: 'Control plane for AI agents: durable tasks over A2A.',
      cardKeys: [],
    },
    database: { kind: 'embedded', poolSize: 10 },
    dataDir: '/srv/work/.codetether',
    insecure: false,
    blockingMs: 60_000,
    maxRunningTasks: 1_000,
    leaseMs: 30_000,
    codebases: { gitHosts: [], archiveBytes: 256 * 1024 * 1024 },
    work: { leaseMs: 60_000, attempts: 3 },
    routing: unrouted,
    retention: {},
    outbound: { allow: [] },
    push: { retrySeconds: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400], timeoutMs: 15_000 },
    peers: { maxHops: 8, timeoutMs: 600_000, credentials: new Map(), requireSigned: false, cardKeys: [] },
  })
  assert.deepEqual(notices, [])
})

test('every setting is read from its variable', () => {
  const { config } = loadConfig({
    A2A_HOST: '192.0.2.7',
    A2A_PORT: '9001',
    A2A_PUBLIC_URL: 'https://Agents.example.org/team/',
    A2A_ALLOWED_HOSTS: 'inner.example.org, [2001:db8::1]',
    A2A_TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::/32,192.0.2.1',
    CORS_ALLOWED_ORIGINS: 'https://app.example.org,http://localhost:3000/',
    CORS_REPLACE_DEFAULT_ORIGINS: 'true',
    A2A_AUTH_TOKENS: tokens,
    A2A_AUTH_HEADER: 'X-API-Key',
    A2A_LOG_LEVEL: 'WARNING',
    A2A_LOG_FORMAT: 'pretty',
    A2A_AGENT_NAME: 'Team',
    A2A_AGENT_DESCRIPTION: 'Ours',
    A2A_AGENT_ORG: 'Example',
    A2A_AGENT_ORG_URL: 'https://example.org',
    A2A_PUBLIC_SKILLS: 'echo, calculator',
    A2A_CARD_KEYS: '/etc/keys/card.pem, /etc/keys/old.json',
    DATABASE_URL: 'postgres://app:pw@db/tasks',
    DATABASE_ADMIN_URL: 'postgresql://root:pw@db/tasks',
    DATABASE_DIRECT_URL: 'postgresql://db2/tasks',
    DATABASE_POOL_SIZE: '25',
    CODETETHER_UNSAFE_DATABASE: 'true',
    CODETETHER_DATA_DIR: '/var/lib/codetether',
    CODETETHER_SECRET_KEY: secretKey,
    RLS_ENABLED: 'true',
    A2A_BLOCKING_TIMEOUT_SECONDS: '5',
    CODETETHER_MAX_RUNNING_TASKS: '20',
    CODETETHER_LEASE_SECONDS: '5',
    CODETETHER_RETENTION_DAYS: '90',
    CODETETHER_WORKER_LEASE_SECONDS: '90',
    TASK_MAX_ATTEMPTS: '5',
    CODETETHER_MAX_RUNNING_PER_USER: '7',
    CODETETHER_MAX_RUNNING_PER_TENANT: '70',
    CODETETHER_EVENT_RETENTION_DAYS: '30',
    CODETETHER_GIT_HOSTS: 'Git.example.org, 10.0.0.1',
    CODETETHER_ARCHIVE_MIB: '2',
    A2A_OUTBOUND_ALLOW: 'Hooks.internal, 10.0.0.0/8',
    A2A_PUSH_RETRY_SECONDS: '1,2.5',
    A2A_PUSH_TIMEOUT_SECONDS: '10',
    A2A_MAX_HOPS: '3',
    A2A_PEER_TIMEOUT_SECONDS: '60',
    A2A_PEER_CREDENTIALS:
      'https://a.example=bearer:x=y:z, http://b.example:81/=basic:me:pw:x,https://c.example=key:X-Api-Key:k',
    A2A_PEER_REQUIRE_SIGNED: 'true',
    A2A_PEER_CARD_KEYS: '/etc/keys/peers.json',
  })
  assert.deepEqual(config, {
    traces: untraced,
    http: {
      host: '192.0.2.7',
      loopback: false,
      port: 9001,
      publicUrl: 'https://agents.example.org/team',
      allowedHosts: ['inner.example.org', '2001:db8::1', 'agents.example.org', '192.0.2.7'],
      trustedProxies: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'],
      corsOrigins: ['https://app.example.org', 'http://localhost:3000'],
      corsReplacesDefaults: true,
    },
    auth: {
      enabled: true,
      header: 'x-api-key',
      tokens: new Map([
        ['client1', 'secret123'],
        ['client2', 'hunter2:with:colons'],
      ]),
      workerGrants: new Map(),
    },
    log: { level: 'warn', format: 'pretty' },
    agent: {
      name: 'Team',
      description: 'Ours',
      organization: { name: 'Example', url: 'https://example.org' },
      publicSkills: ['echo', 'calculator'],
      cardKeys: ['/etc/keys/card.pem', '/etc/keys/old.json'],
    },
    database: {
      kind: 'external',
      poolSize: 25,
      url: 'postgres://app:pw@db/tasks',
      adminUrl: 'postgresql://root:pw@db/tasks',
      directUrl: 'postgresql://db2/tasks',
      acceptsUnsafe: true,
    },
    dataDir: '/var/lib/codetether',
    secretKey,
    insecure: false,
    blockingMs: 5000,
    maxRunningTasks: 20,
    leaseMs: 5_000,
    codebases: { gitHosts: ['git.example.org', '10.0.0.1'], archiveBytes: 2 * 1024 * 1024 },
    work: { leaseMs: 90_000, attempts: 5, mostPerPrincipal: 7, mostPerTenant: 70 },
    routing: unrouted,
    retention: { taskDays: 90, eventDays: 30 },
    outbound: { allow: ['hooks.internal', '10.0.0.0/8'] },
    push: { retrySeconds: [1, 2.5], timeoutMs: 10_000 },
    peers: {
      maxHops: 3,
      timeoutMs: 60_000,
      credentials: new Map<string, PeerCredential>([
        ['https://a.example', { scheme: 'bearer', token: 'x=y:z' }],
        ['http://b.example:81', { scheme: 'basic', pair: 'me:pw:x' }],
        ['https://c.example', { scheme: 'key', header: 'x-api-key', key: 'k' }],
      ]),
      requireSigned: true,
      cardKeys: ['/etc/keys/peers.json'],
    },
  })
})

test('the spellings of older documents work, and two that contradict each other do not', () => {
  const { config } = loadConfig({
    A2A_BASE_URL: 'http://example.org',
    A2A_CORS_ALLOWED_ORIGINS: 'https://a.example',
    A2A_DATABASE_URL: 'postgres://db/tasks',
    CODETETHER_SECRET_KEY: secretKey,
  })
  assert.equal(config.http.publicUrl, 'http://example.org')
  assert.deepEqual(config.http.corsOrigins, ['https://a.example'])
  assert.equal(config.database.kind, 'external')
  assertRefused(
    { A2A_BASE_URL: 'http://a.org', A2A_PUBLIC_URL: 'http://b.org' },
    'A2A_BASE_URL',
    /contradicts A2A_PUBLIC_URL/,
  )
  assert.deepEqual(problemsOf({ A2A_BASE_URL: 'http://a.org', A2A_PUBLIC_URL: 'http://a.org' }), [])
})

test('a flag wins over the environment, which wins over the .env file, and each says where it came from', () => {
  const directory = mkdtempSync(join(tmpdir(), 'codetether-config-'))
  try {
    writeFileSync(
      join(directory, '.env'),
      '# ours\nA2A_PORT=1\nA2A_AGENT_NAME="From file"\nA2A_BASE_URL=http://file.org\n',
    )
    const env = { A2A_PORT: '2', A2A_LOG_LEVEL: 'debug', A2A_PUBLIC_URL: 'http://env.org' }
    const { config, settings } = loadConfig(env, { port: 3 }, { directory, envFile: '.env' })
    const origins = settings
      .filter(({ origin }) => origin !== 'default')
      .map(({ source, value, origin }) => [source, value, origin])
    assert.deepEqual(origins, [
      ['--port', '3', 'flag'],
      ['A2A_PUBLIC_URL', 'http://env.org', 'environment'],
      ['A2A_LOG_LEVEL', 'debug', 'environment'],
      ['A2A_AGENT_NAME', 'From file', 'file'],
    ])
    assert.equal(config.http.port, 3)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('lines of a .env file that say nothing are told by number, and refuse the start if they seem to protect', () => {
  const directory = mkdtempSync(join(tmpdir(), 'codetether-config-'))
  try {
    const load = (text: string) => {
      writeFileSync(join(directory, '.env'), text)
      return loadConfig({}, {}, { directory, envFile: '.env' })
    }
    const { config, notices } = load('A2A_PORT=9\n\nsecret-canary\nA2A_AGENT_NAME Canary\n')
    assert.equal(config.http.port, 9)
    assert.equal(notices.length, 2)
    for (const [index, line] of [3, 4].entries())
      assert.match(notices[index] ?? '', new RegExp(`^\\.env, line ${line}, is not NAME=value`))
    assert.doesNotMatch(notices.join(), /canary/i)
    for (const text of [
      'A2A_AUTH_TOKENS alice:canary-secret',
      '\uFEFFA2A_AUTH_TOKENS=alice:canary-secret',
      'A2A_AUTH_TOKENS="a:canary',
    ])
      assert.throws(
        () => load(`A2A_PORT=9\n${text}`),
        (error: unknown) => {
          assert.ok(error instanceof ConfigError)
          assert.match(error.message, /\.env, line 2, is not NAME=value/)
          assert.doesNotMatch(error.message, /canary/)
          return true
        },
      )
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a missing .env file is none; one that cannot be read refuses the start', () => {
  const directory = mkdtempSync(join(tmpdir(), 'codetether-config-'))
  try {
    assert.equal(loadConfig({}, {}, { directory, envFile: '.env' }).config.http.port, 8000)
    mkdirSync(join(directory, '.env'))
    assert.throws(() => loadConfig({}, {}, { directory, envFile: '.env' }), ConfigError)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('blank means unset, and blanks around a value do not count', () => {
  const { config } = loadConfig({ A2A_PORT: '', A2A_HOST: '  ', A2A_AUTH_TOKENS: '', A2A_LOG_LEVEL: ' debug\n' })
  assert.equal(config.http.port, 8000)
  assert.equal(config.http.host, '127.0.0.1')
  assert.equal(config.auth.tokens.size, 0)
  assert.equal(config.log.level, 'debug')
})

test('logs are pretty on a terminal unless the format is given', () => {
  assert.equal(loadConfig({}, {}, { isTerminal: true }).config.log.format, 'pretty')
  assert.equal(loadConfig({ A2A_LOG_FORMAT: 'json' }, {}, { isTerminal: true }).config.log.format, 'json')
})

test('all problems are reported at once, each with its variable, and none repeats a secret', () => {
  const env = {
    A2A_PORT: 'eighty',
    A2A_HOST: '0.0.0.0',
    A2A_PUBLIC_URL: 'https://ada:canary1@example.org/?q=1',
    A2A_AUTH_TOKENS: 'canary2',
    A2A_LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://ada:canary3@db/x',
    CODETETHER_SECRET_KEY: 'canary4',
    A2A_AGENT_ORG_URL: 'https://example.org',
    A2A_AUHT_ENABLED: 'true',
  }
  const problems = problemsOf(env)
  const { A2A_HOST: _, ...wrong } = env
  assert.deepEqual(problems.map(({ name }) => name).sort(), Object.keys(wrong).sort())
  assert.doesNotMatch(JSON.stringify(problems), /canary[234]/)
  assert.match(JSON.stringify(problems), /not \\"eighty\\"/)
})

for (const host of ['0.0.0.0', '::', '192.0.2.7', 'myhost.local', '::ffff:10.0.0.1', '0', '127.1']) {
  test(`${host} is not loopback: without tokens the start is refused with the ways out`, () => {
    assertRefused({ A2A_HOST: host }, 'A2A_HOST', /A2A_AUTH_TOKENS.*127\.0\.0\.1.*--insecure/)
    assertRefused({}, '--host', /A2A_AUTH_TOKENS/, { host })
    assertRefused(
      { A2A_HOST: host, A2A_AUTH_ENABLED: 'false', A2A_AUTH_TOKENS: tokens },
      'A2A_AUTH_ENABLED',
      /--insecure/,
    )
    assertRefused({ A2A_HOST: host, A2A_AUTH_ENABLED: 'false' }, 'A2A_AUTH_ENABLED', /--insecure/)
    assert.equal(loadConfig({ A2A_HOST: host, A2A_AUTH_TOKENS: tokens }).config.auth.enabled, true)
    for (const env of [{ A2A_HOST: host }, { A2A_HOST: host, A2A_AUTH_ENABLED: 'false', A2A_AUTH_TOKENS: tokens }]) {
      const { config, notices } = loadConfig(env, { insecure: true })
      assert.equal(config.auth.enabled, false)
      assert.match(notices.join('\n'), /anybody who reaches/)
    }
  })
}

for (const host of ['127.0.0.1', '127.0.0.53', '::1', '[::1]', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1']) {
  test(`${host} is loopback: no tokens are needed`, () => {
    assert.equal(loadConfig({ A2A_HOST: host }).config.http.loopback, true)
  })
}

test('tokens switch authentication on, also on loopback, unless it is switched off', () => {
  assert.equal(loadConfig({ A2A_AUTH_TOKENS: tokens }).config.auth.enabled, true)
  const { config, notices } = loadConfig({ A2A_AUTH_TOKENS: tokens, A2A_AUTH_ENABLED: 'false' })
  assert.equal(config.auth.enabled, false)
  assert.match(notices.join('\n'), /not asked for/)
  assertRefused({ A2A_AUTH_ENABLED: 'true' }, 'A2A_AUTH_ENABLED', /A2A_AUTH_TOKENS/)
  assertRefused({ A2A_AUTH_ENABLED: 'true', A2A_HOST: '0.0.0.0' }, 'A2A_AUTH_ENABLED', /A2A_AUTH_TOKENS/)
})

test('a public URL without tokens gets a notice, and so do short tokens', () => {
  assert.match(loadConfig({ A2A_PUBLIC_URL: 'https://example.org' }).notices.join(), /A2A_PUBLIC_URL.*A2A_AUTH_TOKENS/)
  assert.deepEqual(loadConfig({ A2A_PUBLIC_URL: 'http://[::1]:8000' }).notices, [])
  assert.match(loadConfig({ A2A_AUTH_TOKENS: tokens }).notices.join(), /client1/)
})
