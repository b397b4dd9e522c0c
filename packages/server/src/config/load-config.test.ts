import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'
import type { PeerCredential } from './peer-credentials.ts'
import type { SettingFlags, Variables } from './read-sources.ts'

const tokens = 'client1:secret123,client2:hunter2:with:colons'
const secretKey = 'q8Zk3vT0xW7bN5mC1rY9sD2fG4hJ6lPa'

const problemsOf = (env: Variables, flags: SettingFlags = {}): { name: string; description: string }[] => {
  try {
    loadConfig(env, flags)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems]
    throw error
  }
}

const refuses = (env: Variables, name: string, why: RegExp, flags: SettingFlags = {}): void => {
  const problems = problemsOf(env, flags)
  assert.deepEqual(
    problems.map(problem => problem.name),
    [name],
  )
  assert.match(problems[0]?.description ?? '', why)
}

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
  refuses(
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
    refuses({ A2A_HOST: host }, 'A2A_HOST', /A2A_AUTH_TOKENS.*127\.0\.0\.1.*--insecure/)
    refuses({}, '--host', /A2A_AUTH_TOKENS/, { host })
    refuses({ A2A_HOST: host, A2A_AUTH_ENABLED: 'false', A2A_AUTH_TOKENS: tokens }, 'A2A_AUTH_ENABLED', /--insecure/)
    refuses({ A2A_HOST: host, A2A_AUTH_ENABLED: 'false' }, 'A2A_AUTH_ENABLED', /--insecure/)
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
  refuses({ A2A_AUTH_ENABLED: 'true' }, 'A2A_AUTH_ENABLED', /A2A_AUTH_TOKENS/)
  refuses({ A2A_AUTH_ENABLED: 'true', A2A_HOST: '0.0.0.0' }, 'A2A_AUTH_ENABLED', /A2A_AUTH_TOKENS/)
})

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
  refuses({ RLS_ENABLED: 'false' }, 'RLS_ENABLED', /tenants apart/)
})

test('an external database needs the master secret, and an administrator needs a database', () => {
  refuses({ DATABASE_URL: 'postgres://db/x' }, 'CODETETHER_SECRET_KEY', /DATABASE_URL.*openssl/)
  refuses({ DATABASE_ADMIN_URL: 'postgres://db/x' }, 'DATABASE_ADMIN_URL', /DATABASE_URL/)
  refuses({ DATABASE_DIRECT_URL: 'postgres://db/x' }, 'DATABASE_DIRECT_URL', /DATABASE_URL/)
  refuses({ DATABASE_URL: 'garbage' }, 'DATABASE_URL', /postgres:\/\//)
  refuses({ DATABASE_URL: 'postgres://127.0.0.1:99999/x' }, 'DATABASE_URL', /postgres:\/\//)
  refuses({ DATABASE_URL: 'postgres://db/x?pgbouncer=1' }, 'DATABASE_URL', /pgbouncer=true/)
  refuses({ DATABASE_URL: 'postgres://db/x?sslmode=full' }, 'DATABASE_URL', /verify-full/)
})

test('a public URL without tokens gets a notice, and so do short tokens', () => {
  assert.match(loadConfig({ A2A_PUBLIC_URL: 'https://example.org' }).notices.join(), /A2A_PUBLIC_URL.*A2A_AUTH_TOKENS/)
  assert.deepEqual(loadConfig({ A2A_PUBLIC_URL: 'http://[::1]:8000' }).notices, [])
  assert.match(loadConfig({ A2A_AUTH_TOKENS: tokens }).notices.join(), /client1/)
})
