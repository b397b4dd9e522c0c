import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config } from '@codetether/server/config/config'
import { loadConfig } from '@codetether/server/config/load-config'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { startEmbedded } from '@codetether/server/db/embedded/start-embedded'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { runCli } from '../testing/run-cli.ts'

const CODETETHER_SECRET_KEY = 'a secret of at least thirty-two characters'
const log = createLogger({ level: 'silent', format: 'json' })
const password = 'deployer'

const urlOf = ({ host, port, user, password, database }: DatabaseAddress): string => {
  const url = new URL(`postgresql://localhost:${port}/${database}`)
  url.searchParams.set('host', host)
  return Object.assign(url, { username: user, password }).href
}

/** Runs a script as psql does: statement by statement, and `\connect` changes the database. */
async function runScript(admin: DatabaseAddress, script: string): Promise<void> {
  let address = admin
  for (const statement of script.split(/;\n|\n(?=\\)|(?<=^\\.*)\n/m).filter(text => text.trim() !== '')) {
    const database = /^\\connect "(.*)"$/.exec(statement.trim())?.[1]
    if (database === undefined) await withConnection(address, client => client.query(statement))
    else address = { ...address, database }
  }
}

// Roles belong to a whole cluster, so these tests have one of their own: durable, as `--prod` demands.
test('an external database', { timeout: 150_000 }, async t => {
  await using directory = await temporaryDirectory()
  await using cluster = await startEmbedded({ dataDir: directory.path, log: () => {} })
  const { admin } = cluster
  const asAdmin = (sql: string) => withConnection(admin, client => client.query(sql))
  const deployer = { ...admin, user: 'deployer', password, database: 'work' }
  const env = { CODETETHER_SECRET_KEY, CODETETHER_DATA_DIR: `${directory.path}/cli`, DATABASE_URL: urlOf(deployer) }
  const run = (args: string[], more: Record<string, string> = {}) =>
    runCli(args, { env: { ...env, ...more }, directory: directory.path })
  const configOf = (more: Record<string, string> = {}): Config =>
    loadConfig({ ...env, A2A_PORT: '0', ...more }, {}).config
  await asAdmin(`create role deployer login password '${password}'`)

  await t.test('one that is missing is refused without --create, and nothing is made', async () => {
    for (const args of [['migrate'], ['migrate', '--dry-run'], ['serve', '--migrate']]) {
      const { code, stderr } = await run(args)
      assert.equal(code, 3)
      assert.match(stderr, /error: there is no database work on .*\nhint: .*--create/)
    }
    assert.equal((await asAdmin(`select from pg_roles where rolname ~ '^ct_'`)).rowCount, 0)
  })

  await t.test('a dry run prints everything and changes nothing', async () => {
    const { code, stdout } = await run([
      'migrate',
      '--create',
      '--dry-run',
      '--url',
      urlOf({ ...admin, database: 'work' }),
    ])
    assert.equal(code, 0)
    assert.match(stdout, /^create role ct_app LOGIN NOINHERIT PASSWORD 'SCRAM-SHA-256\$.*';$/m)
    assert.match(stdout, /^create database "work" owner ct_owner/m)
    assert.match(stdout, /^-- 0001_tenancy\.sql.*\n[\s\S]*^create table tenants \($/m)
    assert.equal((await asAdmin(`select from pg_roles where rolname ~ '^ct_'`)).rowCount, 0)
    assert.equal((await asAdmin(`select from pg_database where datname = 'work'`)).rowCount, 0)
  })

  await t.test(
    'without privileges, migrate prints the SQL for a superuser, and migrates after it was run',
    async () => {
      const refused = await run(['migrate', '--create'])
      assert.equal(refused.code, 4)
      assert.match(refused.stderr, /the login deployer may not make what is missing.*\nhint: .*superuser/)
      assert.doesNotMatch(refused.stdout, /password '(?!SCRAM)/i)
      const { error } = JSON.parse((await run(['migrate', '--create', '--json'])).stdout)
      assert.equal(`${error.metadata.sql}\n`, refused.stdout)

      await runScript(admin, refused.stdout)
      const migrated = await run(['migrate', '--prod'])
      assert.equal(migrated.code, 0, migrated.stderr)
      assert.match(migrated.stdout, /applied: the schema is at/)
      assert.match((await run(['migrate', '--prod'])).stdout, /^nothing to do/)
      assert.match((await run(['migrate', '--dry-run'])).stdout, /nothing is missing[\s\S]*no migration is pending/)
      assert.match((await run(['migrate', '--status'])).stdout, /^applied:\n {2}0001_tenancy\.sql/)
    },
  )

  await t.test('the server serves from it, and doctor knows it', async () => {
    await using server = await startServer(configOf(), log)
    const { port } = new URL(server.url)
    const { code, stdout } = await run(['doctor', '--port', port])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^ok +port +the server of this directory answers at http:.* \(healthy\)$/m)
    assert.match(stdout, /^ok +database +the database work on .* answers \(PostgreSQL 18/m)
    const agents = await run(['agents'])
    assert.equal(agents.code, 0, agents.stderr)
  })

  await t.test('a superuser in DATABASE_URL is refused with --prod, and accepted with a warning without', async () => {
    const DATABASE_URL = urlOf({ ...admin, database: 'work' })
    const refused = await run(['migrate', '--prod'], { DATABASE_URL })
    assert.equal(refused.code, 5)
    assert.match(refused.stderr, /postgres of DATABASE_URL is a superuser.*\nhint: .*DATABASE_ADMIN_URL/)
    const accepted = await run(['migrate', '--dev'], { DATABASE_URL })
    assert.deepEqual([accepted.code, /warning: .*superuser/.test(accepted.stderr)], [0, true])
    assert.equal((await run(['migrate', '--prod'], { DATABASE_ADMIN_URL: DATABASE_URL })).code, 0)
    const wrong = { DATABASE_URL: 'postgresql://127.0.0.1:1/x', DATABASE_DIRECT_URL: 'postgresql://127.0.0.1:1/x' }
    assert.equal((await run(['migrate', '--prod', '--url', DATABASE_URL], wrong)).code, 0)
  })

  const refusals: [what: string, set: string, reset: string, message: RegExp][] = [
    [
      'bypasses',
      'alter role ct_system bypassrls',
      'alter role ct_system nobypassrls',
      /ct_system, which .*bypasses it/,
    ],
    [
      'may be the owner',
      'grant ct_owner to ct_app',
      'revoke ct_owner from ct_app',
      /ct_app, which may act as ct_owner/,
    ],
    [
      'gives up commits',
      'alter role ct_app set synchronous_commit = off',
      'alter role ct_app reset synchronous_commit',
      /synchronous_commit = off.*CODETETHER_UNSAFE_DATABASE/,
    ],
  ]
  for (const [what, set, reset, message] of refusals)
    await t.test(`the server refuses a login that ${what}, and doctor says why`, async () => {
      await asAdmin(set)
      await assert.rejects(startServer(configOf(), log), { code: 'CONFLICT', message })
      const { code, stdout } = await run(['doctor', '--port', '0'])
      assert.equal(code, 1)
      assert.match(stdout, message)
      await asAdmin(reset)
    })

  await t.test('commits that may be lost are accepted where the owner says so, with a warning', async () => {
    await asAdmin('alter role ct_app set synchronous_commit = off')
    const CODETETHER_UNSAFE_DATABASE = 'true'
    await using _server = await startServer(configOf({ CODETETHER_UNSAFE_DATABASE }), log)
    const { stdout } = await run(['doctor', '--port', '0'], { CODETETHER_UNSAFE_DATABASE })
    assert.match(stdout, /^warn +database .*synchronous_commit = off/m)
    await asAdmin('alter role ct_app reset synchronous_commit')
  })

  await t.test('migrations do not go through a pooler of transactions', async () => {
    const DATABASE_URL = `${urlOf(deployer)}&pgbouncer=true`
    const { code, stderr } = await run(['migrate'], { DATABASE_URL })
    assert.equal(code, 2)
    assert.match(stderr, /hint: set DATABASE_DIRECT_URL/)
    const direct = await run(['migrate'], { DATABASE_URL, DATABASE_DIRECT_URL: urlOf(deployer) })
    assert.match(direct.stdout, /^nothing to do/)
  })
})

test('a dry run starts no embedded database', async () => {
  await using directory = await temporaryDirectory()
  const { code, stderr } = await runCli(['migrate', '--dry-run'], { directory: directory.path })
  assert.equal(code, 2)
  assert.match(stderr, /the embedded database does not run/)
})
