import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { waitUntil } from '@codetether/testing/wait-until'
import { agentOf, heldAgent, query } from '../event-log.ts'
import { type RpcBody, startPlatform } from '../platform.ts'
import { lettersOf, local, quickly, retryLetters, sendV10 } from './push-calls.ts'
import { startReceiver } from './receiver.ts'

const env = { ...local, A2A_PUSH_RETRY_SECONDS: quickly(2) }

test('dead letters are sent once more in order when somebody says so, with the ids that they had', async () => {
  let isDown = true
  await using receiver = await startReceiver(response => response.writeHead(isDown ? 404 : 200).end())
  await using platform = await startPlatform({ env })
  const letters = async () => (await lettersOf(platform.url)).body.deadLetters
  const retry = async (request: object) => (await retryLetters(platform.url, request)).body
  const { task } = (await platform.rpc('SendMessage', sendV10('Echo', { url: `${receiver.url}/` }))).result
  await waitUntil('all is given up', async () => (await letters()).length === 4)
  const attemptsOf = async () => (await letters()).map(({ attempts }: RpcBody) => attempts)
  assert.deepEqual(await attemptsOf(), [1, 1, 1, 2])
  const refused = new Set(receiver.received.map(({ headers }) => headers['webhook-id']))

  assert.deepEqual(await retry({ all: true }), { marked: 4 })
  await waitUntil('they stay', async () =>
    (await letters()).every(({ retrying, attempts }: RpcBody) => !retrying && attempts > 1),
  )
  assert.deepEqual((await attemptsOf()).sort(), [2, 2, 2, 3])
  isDown = false
  const before = receiver.received.length
  const [{ configId, seq }] = await letters()
  assert.deepEqual(await retry({ taskId: task.id, configId, seq }), { marked: 1 })
  await waitUntil('one is gone', async () => (await letters()).length === 3)
  assert.deepEqual(await retry({ taskId: task.id }), { marked: 3 })
  await waitUntil('they are gone', async () => (await letters()).length === 0)
  const [one, ...others] = receiver.received.slice(before).map(({ headers }) => headers['webhook-id'])
  assert.deepEqual(new Set([one, ...others]), refused)
  assert.deepEqual(others, [...others].sort())
  assert.deepEqual(await retry({ taskId: task.id }), { marked: 0 })
})

test('more dead letters than one turn takes are all sent once more, in order', async () => {
  let isDown = true
  await using receiver = await startReceiver(response => response.writeHead(isDown ? 404 : 200).end())
  const count = 2 * limits.pushesPerTurn + 5
  const talker = agentOf('Talker', async (_message, { status, reply }) => {
    for (let n = 0; n < count; n++) await status(String(n))
    await reply('done')
  })
  await using platform = await startPlatform({ agents: [talker], env: { ...local, A2A_PUSH_RETRY_SECONDS: '0.01' } })
  await platform.rpc('SendMessage', sendV10('Talker', { url: `${receiver.url}/` }))
  const rows = (sql: string) => query<RpcBody>(platform.database, sql)
  const isOver = `select from push_configs c join tasks t on t.id = c.task_id
    where c.sent_seq = t.last_seq and t.state = 'completed' and c.lease_token is null`
  await waitUntil('all is given up', async () => (await rows(isOver)).length === 1, 60_000)
  isDown = false
  const before = receiver.received.length
  const { marked } = (await retryLetters(platform.url, { all: true })).body
  assert.ok(marked > count, String(marked))
  await waitUntil('all are gone', async () => (await rows('select from push_dead_letters')).length === 0, 60_000)
  const generations = receiver.received
    .slice(before)
    .map(({ headers }) => Number(String(headers['webhook-id']).split('_')[1]))
  assert.deepEqual(
    generations,
    Array.from({ length: marked }, (_, n) => n + 1),
  )
  assert.deepEqual(await rows('select retry_token, next_at from push_configs'), [{ retry_token: null, next_at: null }])
})

test('what a receiver did not want with 410 is sent once more when somebody says so, and nothing else', async () => {
  let status = 410
  await using receiver = await startReceiver(response => response.writeHead(status).end())
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent], env })
  await platform.rpc('SendMessage', sendV10('Held', { id: 'x', url: `${receiver.url}/` }))
  await held.started
  const rows = (sql: string) => query<RpcBody>(platform.database, sql)
  const letters = async () => (await rows('select from push_dead_letters')).length
  await waitUntil('what there was is given up', async () => (await letters()) === 2)
  held.tell(({ reply }) => reply('done'))
  await held.ended
  const before = receiver.received.length
  status = 200
  await retryLetters(platform.url, { all: true })
  const isOver = 'select from push_configs where retry_token is null and lease_token is null'
  await waitUntil('the turn is over', async () => (await letters()) === 0 && (await rows(isOver)).length === 1)
  assert.equal(receiver.received.length, before + 2)
  assert.deepEqual(await rows('select next_at from push_configs where disabled_at is not null'), [{ next_at: null }])
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
