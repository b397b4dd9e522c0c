import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '@codetether/server/config/load-config'
import { withConnection } from '@codetether/server/db/connect'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { runCli } from '../testing/run-cli.ts'

const tenant = '00000000-0000-7000-8000-000000000001'
const [first, second] = ['01920000-0000-7000-8000-00000000000a', '01920000-0000-7000-8000-00000000000b']

const settingsOf = ({ app, secret }: TestDatabase) => ({
  DATABASE_URL: `postgresql://${app.user}@localhost/${app.database}?host=${encodeURIComponent(app.host)}&port=${app.port}`,
  CODETETHER_SECRET_KEY: secret,
  CODETETHER_UNSAFE_DATABASE: 'true',
})

/** A dead letter of each of two tasks, whose webhooks are of two principals. */
const addLetters = ({ admin }: TestDatabase) =>
  withConnection(admin, client =>
    client.query(`
      insert into tasks
        (tenant_id, id, principal, context_id, agent, routing, wire_version, state, status_seq, last_seq, generation)
        select '${tenant}', id::uuid, principal, '', '', '', '1.0', 'completed', 3, 3, 3
        from (values ('${first}', 'local'), ('${second}', 'token:bob')) as t (id, principal);
      insert into push_configs (tenant_id, task_id, id, principal, wire_version, url, sealed, sent_seq, pending_seq)
        select tenant_id, id, 'mine', principal, '1.0', 'https://hooks.example.com/secret?x=secret', '', 3, 3 from tasks;
      insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
        select tenant_id, task_id, id, 3, 'answered 500', 10 from push_configs`),
  )

test('push dead and push retry ask the server for the caller’s own, without secrets of URLs', async () => {
  await using database = await testDatabase()
  await addLetters(database)
  const { config } = loadConfig({ ...settingsOf(database), A2A_PORT: '0', CODETETHER_DATA_DIR: '/dev/null' })
  await using server = await startServer(config, createLogger({ level: 'silent', format: 'json' }))
  const env = { CODETETHER_SERVER: server.url }
  const listed = await runCli(['push', 'dead', '--json'], { env })
  const [{ givenUpAt, ...letter }, ...others] = JSON.parse(listed.stdout)
  assert.deepEqual(others, [])
  assert.deepEqual(letter, {
    taskId: first,
    configId: 'mine',
    seq: 3,
    host: 'hooks.example.com',
    reason: 'answered 500',
    attempts: 10,
    retrying: false,
  })
  const shown = await runCli(['push', 'dead', '--task', first, '--limit', '1'], { env })
  assert.match(shown.stdout, /^GIVEN UP .*\n20.*Z +01920000-0000-7000-8000-00000000000a +mine +3 +10 +answered 500/)
  for (const { stdout } of [listed, shown]) assert.doesNotMatch(stdout, /secret/)
  assert.equal((await runCli(['push', 'dead', '--task', second, '--json'], { env })).stdout.trim(), '[]')

  const [unsure, both, wrong] = await Promise.all([
    runCli(['push', 'retry'], { env }),
    runCli(['push', 'retry', '--all', '--task', first], { env }),
    runCli(['push', 'retry', '--task', 'x'], { env }),
  ])
  for (const { code } of [unsure, both, wrong]) assert.equal(code, 2)
  assert.match(unsure.stderr, /hint: name one task with --task, or say --all/)
  const none = await runCli(['push', 'retry', '--task', second, '--json'], { env })
  assert.deepEqual(JSON.parse(none.stdout), { marked: 0 })
  const all = await runCli(['push', 'retry', '--all'], { env })
  assert.equal(all.stdout, '1 push notifications will be sent once more\n')
})

test('with --database, or the place of one, they see the dead letters of everybody', async () => {
  await using database = await testDatabase()
  await addLetters(database)
  const { DATABASE_URL, ...rest } = settingsOf(database)
  const env = { ...rest, DATABASE_URL }
  const listed = await runCli(['push', 'dead', '--database', '--json'], { env })
  assert.deepEqual(
    JSON.parse(listed.stdout).map(({ tenant, taskId }: { tenant: string; taskId: string }) => [tenant, taskId]),
    [
      ['default', second],
      ['default', first],
    ],
  )
  const shown = await runCli(['push', 'dead', '--url', DATABASE_URL, '--task', first], { env: rest })
  assert.match(shown.stdout, /^TENANT +GIVEN UP .*\ndefault +20.*01920000-0000-7000-8000-00000000000a +mine/)
  for (const { stdout } of [listed, shown]) assert.doesNotMatch(stdout, /secret/)
  const marked = await runCli(['push', 'retry', '--database', '--task', first, '--json'], { env })
  assert.deepEqual(JSON.parse(marked.stdout), { marked: 1 })
  const all = await runCli(['push', 'retry', '--database', '--all'], { env })
  assert.equal(all.stdout, '2 push notifications will be sent once more by a server that runs\n')
  const retrying = JSON.parse((await runCli(['push', 'dead', '--database', '--json'], { env })).stdout)
  assert.ok(retrying.every((one: { retrying: boolean }) => one.retrying))
})
