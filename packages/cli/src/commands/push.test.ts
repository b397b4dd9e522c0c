import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { testDatabase } from '@codetether/testing/test-database'
import { runCli } from '../testing/run-cli.ts'

const tenant = '00000000-0000-7000-8000-000000000001'
const [first, second] = ['01920000-0000-7000-8000-00000000000a', '01920000-0000-7000-8000-00000000000b']

test('push dead lists what was given up without secrets of URLs, and push retry marks it', async () => {
  await using database = await testDatabase()
  const { app, admin, secret } = database
  const env = {
    DATABASE_URL: `postgresql://${app.user}@localhost/${app.database}?host=${encodeURIComponent(app.host)}&port=${app.port}`,
    CODETETHER_SECRET_KEY: secret,
    CODETETHER_UNSAFE_DATABASE: 'true',
  }
  await withConnection(admin, client =>
    client.query(`
      insert into push_configs (tenant_id, task_id, id, principal, wire_version, url, sealed, sent_seq, pending_seq)
        select '${tenant}', id::uuid, 'mine', 'local', '1.0', 'https://hooks.example.com/secret?x=secret', '', 3, 3
        from (values ('${first}'), ('${second}')) as t (id);
      insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
        select tenant_id, task_id, id, 3, 'answered 500', 10 from push_configs`),
  )
  const listed = await runCli(['push', 'dead', '--json'], { env })
  const [letter] = JSON.parse(listed.stdout)
  assert.equal(JSON.parse(listed.stdout).length, 2)
  assert.deepEqual([letter.tenant, letter.configId, letter.seq], ['default', 'mine', 3])
  assert.deepEqual([letter.reason, letter.attempts, letter.host], ['answered 500', 10, 'hooks.example.com'])
  const shown = await runCli(['push', 'dead', '--task', first], { env })
  assert.match(shown.stdout, /^GIVEN UP .*\n.*default +01920000-0000-7000-8000-00000000000a +mine +3 +10 +answered 500/)
  for (const { stdout } of [listed, shown]) assert.doesNotMatch(stdout, /secret/)

  const [unsure, both, wrong] = await Promise.all([
    runCli(['push', 'retry'], { env }),
    runCli(['push', 'retry', '--all', '--task', first], { env }),
    runCli(['push', 'retry', '--task', 'x'], { env }),
  ])
  for (const { code } of [unsure, both, wrong]) assert.equal(code, 2)
  assert.match(unsure.stderr, /hint: name one task with --task, or say --all/)
  assert.deepEqual(JSON.parse((await runCli(['push', 'retry', '--task', first, '--json'], { env })).stdout), {
    marked: 1,
  })
  const rest = await runCli(['push', 'retry', '--all'], { env })
  assert.equal(rest.stdout, '1 push notifications will be sent once more by a server that runs\n')
  const retrying = JSON.parse((await runCli(['push', 'dead', '--json'], { env })).stdout)
  assert.ok(retrying.every((one: { retrying: boolean }) => one.retrying))
})
