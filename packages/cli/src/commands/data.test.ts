import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { runCli } from '../testing/run-cli.ts'

/** The settings of a server on the database. */
const environmentOf = ({ app: { host, port, database, user }, secret }: TestDatabase): Record<string, string> => ({
  DATABASE_URL: `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`,
  CODETETHER_SECRET_KEY: secret,
  CODETETHER_UNSAFE_DATABASE: 'true',
})

/** A task that ended 40 days ago, and one that still works. */
const addTasks = ({ admin }: TestDatabase) =>
  withConnection(admin, client =>
    client.query(
      `insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq,
         generation, status_at)
       select '00000000-0000-7000-8000-000000000001', id::uuid, 'local', 'c', 'Echo', 'fallback', '0.3', state, 1, 1, 1,
         now() - interval '40 days'
       from (values ('01920000-0000-7000-8000-00000000000a', 'completed'),
         ('01920000-0000-7000-8000-00000000000b', 'working')) as t (id, state)`,
    ),
  )

test('retention run deletes what the settings say, and only counts when asked to', async () => {
  await using database = await testDatabase()
  await addTasks(database)
  const env = environmentOf(database)
  const unset = await runCli(['retention', 'run'], { env })
  assert.equal(unset.code, 2)
  assert.match(unset.stderr, /no retention is set\nhint: set CODETETHER_RETENTION_DAYS/)
  const set = { ...env, CODETETHER_RETENTION_DAYS: '30' }
  const counted = await runCli(['retention', 'run', '--dry-run', '--json'], { env: set })
  const report = { taskDays: 30, partitions: [], events: 0, tasks: 1, sessions: 0 }
  assert.deepEqual(JSON.parse(counted.stdout), { dryRun: true, ...report })
  const done = await runCli(['retention', 'run', '--json'], { env: set })
  assert.deepEqual(JSON.parse(done.stdout), { dryRun: false, ...report })
  const again = await runCli(['retention', 'run'], { env: set })
  assert.deepEqual([again.code, again.stdout], [0, 'deleted: 0 tasks, 0 events, 0 sessions\n'])
})

test('tenant erase wants to be told twice, and prints the record of what it deleted', async () => {
  await using database = await testDatabase()
  await addTasks(database)
  const env = environmentOf(database)
  const erase = (...args: string[]) => runCli(['tenant', 'erase', ...args], { env })
  const [unsure, unknown, busy] = await Promise.all([
    erase('default'),
    erase('nobody', '--yes', '--json'),
    erase('default', '--yes'),
  ])
  assert.equal(unsure.code, 2)
  assert.match(unsure.stderr, /no way back\nhint: say so with --yes/)
  assert.deepEqual([unknown.code, JSON.parse(unknown.stdout).error.code], [3, 'NOT_FOUND'])
  assert.equal(busy.code, 5)
  assert.match(busy.stderr, /unfinished tasks\nhint: .*--force/)
  const erased = await erase('default', '--yes', '--force', '--json')
  const { tenant, rows, canceled, removed, erasedAt } = JSON.parse(erased.stdout)
  assert.deepEqual([erased.code, tenant.name, canceled, removed], [0, 'default', 1, false])
  assert.deepEqual([rows.tasks, rows.task_events, rows.memories], [2, 1, 0])
  assert.ok(Math.abs(Date.now() - Date.parse(erasedAt)) < 60_000)
  const again = await erase('default', '--yes')
  assert.match(again.stdout, /^TABLE +ROWS DELETED\ntasks +0\n[\s\S]*erased at .*; the tenant itself stays\n$/)
})

test('retention and erasure on a database that was not migrated say what to do', async () => {
  await using database = await testDatabase({ migrated: false })
  const { code, stderr } = await runCli(['tenant', 'erase', 'default', '--yes'], { env: environmentOf(database) })
  assert.equal(code, 5)
  assert.match(stderr, /codetether migrate/)
})

test('what looks or deletes makes no database where there is none', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = `${directory.path}/mistyped`
  const env = { CODETETHER_RETENTION_DAYS: '30' }
  for (const args of [
    ['migrate', '--status'],
    ['retention', 'run', '--dry-run'],
    ['tenant', 'erase', 'default', '--yes'],
  ]) {
    const { code, stderr } = await runCli([...args, '--data-dir', dataDir], { env, directory: directory.path })
    assert.equal(code, 3, stderr)
    assert.match(stderr, /there is no database in .*mistyped\nhint: .*--data-dir/)
  }
  await assert.rejects(stat(dataDir), { code: 'ENOENT' })
})
