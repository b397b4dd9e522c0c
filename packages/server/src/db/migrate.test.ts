import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { testDatabase } from '@codetether/testing/test-database'
import type { Client } from 'pg'
import { connect } from './connect.ts'
import { migrate, migrationStatus } from './migrate.ts'
import { assertWindow, readWindow } from './schema-window.ts'

const log = () => {}

/** An empty database, a connection to it and a directory with these migrations. */
async function workplace(files: Record<string, string>) {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory()).path
  const { admin, app } = stack.use(await testDatabase({ migrated: false }))
  const client = await connect(admin)
  stack.defer(() => client.end())
  const put = (name: string, sql: string) => writeFile(join(directory, name), sql)
  for (const [name, sql] of Object.entries(files)) await put(name, sql)
  const owned = stack.move()
  return {
    ...{ directory, admin, app, client, put },
    remove: (name: string) => rm(join(directory, name)),
    migrate: (on: Client = client) => migrate(on, { directory, log }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const two = { '0001_first.sql': 'create table first (id int)', '0002_second.sql': 'create table second (id int)' }

const tables = async (client: Client): Promise<string[]> => {
  const sql = `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`
  return (await client.query(sql)).rows.map(row => row.relname).filter(name => !name.startsWith('schema_'))
}

test('migrations are applied once, in order, as ct_owner', async () => {
  await using place = await workplace(two)
  assert.deepEqual(await place.migrate(), { applied: Object.keys(two), current: '0002_second.sql' })
  assert.deepEqual(await place.migrate(), { applied: [], current: '0002_second.sql' })
  const { rows } = await place.client.query(`select distinct pg_get_userbyid(relowner) as owner from pg_class
    where relnamespace = 'public'::regnamespace`)
  assert.deepEqual(rows, [{ owner: 'ct_owner' }])
})

test('several programs that migrate at once apply each file once', async () => {
  await using place = await workplace(two)
  await using stack = new AsyncDisposableStack()
  const clients = await Promise.all([1, 2, 3].map(() => connect(place.admin)))
  for (const client of clients) stack.defer(() => client.end())
  const results = await Promise.all(clients.map(client => place.migrate(client)))
  assert.deepEqual(results.flatMap(result => result.applied).sort(), Object.keys(two))
})

test('what runs afterwards is under the same lock, as the owner', async () => {
  await using place = await workplace(two)
  const { directory, client } = place
  let seen: unknown
  const afterwards = async () => {
    const sql = `select current_user::text as self, count(*)::int as locks from pg_locks
      where locktype = 'advisory' and pid = pg_backend_pid()`
    seen = (await client.query(sql)).rows[0]
  }
  await migrate(client, { directory, log, afterwards })
  assert.deepEqual(seen, { self: 'ct_owner', locks: 1 })
})

test('a failure names file and line, undoes that file and keeps those before it', async () => {
  await using place = await workplace(two)
  await place.put('0002_second.sql', `-- ä 😀\ncreate table second (id int);\ncreate table third (id nonsense);\n`)
  await place.put('0003_third.sql', 'create table third (id int)')
  await assert.rejects(place.migrate(), {
    code: 'INTERNAL',
    message: /^migration 0002_second.sql:3 failed: type "nonsense" does not exist\. It changed nothing/,
  })
  assert.deepEqual(await tables(place.client), ['first'])
  await place.put('0002_second.sql', 'create table second (id int)')
  assert.deepEqual((await place.migrate()).applied, ['0002_second.sql', '0003_third.sql'])
})

test('a failure inside a function tells where', async () => {
  await using place = await workplace({ '0001_first.sql': `do $$ begin\n perform 1 / 0;\nend $$` })
  await assert.rejects(place.migrate(), { message: /0001_first.sql failed: division by zero .*line 2 at PERFORM/ })
})

test('a migration must not end its transaction', async () => {
  await using place = await workplace({ '0001_first.sql': 'create table first (); commit' })
  await assert.rejects(place.migrate(), { code: 'CONFLICT', message: /ends the transaction/ })
})

test('a changed file is refused, one with other line ends is not', async () => {
  await using place = await workplace({ '0001_first.sql': 'create table first (\nid int)' })
  await place.migrate()
  await place.put('0001_first.sql', 'create table first (\r\nid int)')
  await place.migrate()
  await place.put('0001_first.sql', 'create table first (\nid bigint)')
  const refused = { code: 'CONFLICT', message: /0001_first.sql is not the file that was applied/ }
  await assert.rejects(place.migrate(), refused)
  await assert.rejects(migrationStatus(place.client, place.directory), refused)
})

test('a missing number, a strange name and an unknown applied migration are refused', async () => {
  await using place = await workplace(two)
  await place.put('0004_fourth.sql', 'select 1')
  await assert.rejects(place.migrate(), {
    code: 'CONFLICT',
    message: /0004_fourth.sql stands where migration 3 should/,
  })
  await place.remove('0004_fourth.sql')
  await place.put('3_third.sql', 'select 1')
  await assert.rejects(place.migrate(), { code: 'CONFLICT', message: /3_third.sql is not named like a migration/ })
  await place.remove('3_third.sql')
  await place.migrate()
  await place.remove('0002_second.sql')
  await assert.rejects(place.migrate(), { message: /has 0002_second.sql, which this program does not know/ })
})

test('the status tells what is applied and what is missing', async () => {
  await using place = await workplace(two)
  const status = () => migrationStatus(place.client, place.directory)
  assert.deepEqual(await status(), { applied: [], pending: Object.keys(two) })
  await place.migrate()
  await place.put('0003_third.sql', 'select 1')
  assert.deepEqual(await status(), { applied: Object.keys(two), pending: ['0003_third.sql'] })
})

test('programs outside the window of the schema are refused, with the way out', async () => {
  await using place = await workplace(two)
  await using stack = new AsyncDisposableStack()
  const app = await connect(place.app)
  stack.defer(() => app.end())
  await assert.rejects(assertWindow(app, 2), { code: 'CONFLICT', message: /empty. Run codetether migrate/ })
  await place.put('0002_second.sql', '-- contracts\n-- app-versions: 2..\nselect 1')
  await place.put('0003_third.sql', 'select 1')
  await place.migrate()
  assert.deepEqual(await readWindow(app), { minApp: 2, maxApp: 3 })
  await assert.rejects(assertWindow(app, 1), { code: 'CONFLICT', message: /Install the current codetether/ })
  await assertWindow(app, 2)
  await assertWindow(app, 3)
  await assert.rejects(assertWindow(app, 4), { code: 'CONFLICT', message: /is at migration 3, .* needs 4\. Run/ })
  await assert.rejects(app.query('select from schema_migrations'), /permission denied/)
  await assert.rejects(app.query('update schema_window set min_app = 0'), /permission denied/)
})
