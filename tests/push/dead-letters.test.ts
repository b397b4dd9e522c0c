import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listDeadLetters, retryDeadLetters } from '@codetether/server/store/push-dead-letters'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { type RpcBody, startPlatform } from '../platform.ts'
import { openTestStore } from '../tenants.ts'
import { local, quickly, sendV10 } from './push-calls.ts'
import { startReceiver } from './receiver.ts'

const env = { ...local, A2A_PUSH_RETRY_SECONDS: quickly(2) }
const all = { taskId: null }

test('dead letters are sent once more in order when somebody says so, with the ids that they had', async () => {
  let isDown = true
  await using receiver = await startReceiver(response => response.writeHead(isDown ? 404 : 200).end())
  await using platform = await startPlatform({ env })
  await using opened = await openTestStore({ given: platform.database })
  const { store } = opened
  const letters = () => store.system(tx => listDeadLetters(tx, all, 100))
  const { task } = (await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/` }))).result
  await waitUntil('all is given up', async () => (await letters()).length === 4)
  const refused = new Set(receiver.received.map(({ headers }) => headers['webhook-id']))

  assert.equal(await store.system(tx => retryDeadLetters(tx, all)), 4)
  await waitUntil('they stay', async () =>
    (await letters()).every(({ retrying, attempts }) => !retrying && attempts > 2),
  )
  isDown = false
  const before = receiver.received.length
  assert.equal(await store.system(tx => retryDeadLetters(tx, { taskId: task.id })), 4)
  await waitUntil('they are gone', async () => (await letters()).length === 0)
  const ids = receiver.received.slice(before).map(({ headers }) => headers['webhook-id'])
  assert.deepEqual(
    ids,
    [1, 2, 3, 4].map(n => `${task.id}_${n}`),
  )
  assert.deepEqual(new Set(ids), refused)
})

test('a config that is registered anew is tried at once, and one that is deleted takes its letters along', async () => {
  let isDown = true
  await using receiver = await startReceiver(response => response.writeHead(isDown ? 404 : 200).end())
  await using platform = await startPlatform({ env: { ...local, A2A_PUSH_RETRY_SECONDS: '3600' } })
  const config = { id: 'x', url: `${receiver.url}/` }
  const { task } = (await platform.rpc('SendMessage', sendV10('Echo', config))).result
  const rows = (sql: string) => query<RpcBody>(platform.database, sql)
  await waitUntil('it has failed', async () => (await rows('select from push_configs where failures = 1')).length === 1)
  isDown = false
  await platform.rpc('CreateTaskPushNotificationConfig', { ...config, taskId: task.id })
  await waitUntil('the end is told', () => /_COMPLETED/.test(receiver.received.at(-1)?.raw ?? ''))
  await rows(`insert into push_dead_letters select tenant_id, task_id, id, 1, 'why', 1 from push_configs`)
  await platform.rpc('DeleteTaskPushNotificationConfig', { taskId: task.id, id: 'x' })
  for (const table of ['push_configs', 'push_dead_letters']) assert.deepEqual(await rows(`select from ${table}`), [])
})

test('what a program from before push changes is told too', async () => {
  await using receiver = await startReceiver()
  await using platform = await startPlatform({ env })
  const { task } = (await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/` }))).result
  await waitUntil('all is sent', () => receiver.received.length === 4)
  await query(
    platform.database,
    `with task as (
       update tasks set last_seq = last_seq + 1, generation = generation + 1 returning tenant_id, id, last_seq, generation
     )
     insert into task_events select tenant_id, id, last_seq, generation, 'artifact', 1, 'Echo', now(),
       '{"artifact": {"artifactId": "late", "parts": [{"text": "late"}]}, "append": false, "lastChunk": true}' from task`,
  )
  await waitUntil('it is told', () => receiver.received.length === 5)
  assert.equal(receiver.received.at(-1)?.headers['webhook-id'], `${task.id}_5`)
})

test('what the log has lost before it could be sent is a dead letter', async () => {
  await using receiver = await startReceiver(response => response.writeHead(500).end())
  await using platform = await startPlatform({ env: { ...local, A2A_PUSH_RETRY_SECONDS: '3600' } })
  await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/` }))
  const rows = (sql: string) => query<RpcBody>(platform.database, sql)
  const settled = `select from push_configs c join tasks t on t.id = c.task_id
    where failures = 1 and c.lease_token is null and t.state = 'completed'`
  await waitUntil('it has failed', async () => (await rows(settled)).length === 1)
  await rows('delete from task_events')
  await rows('update push_configs set next_at = now()')
  await waitUntil('it is given up', async () => (await rows('select from push_dead_letters')).length === 1)
  const [letter] = await rows('select reason from push_dead_letters')
  assert.equal(letter.reason, 'its events are not kept any more')
  assert.deepEqual(await rows('select next_at from push_configs'), [{ next_at: null }])
})
