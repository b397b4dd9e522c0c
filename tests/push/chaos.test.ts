import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { Random } from '../journeys/random.ts'
import { runNode, workspace } from '../journeys/server-process.ts'
import { databaseUrl, type RpcBody, rpc, startPlatform } from '../platform.ts'
import { local, quickly, sendV03, sendV10 } from './push-calls.ts'
import { type Received, startReceiver } from './receiver.ts'

const tasks = 12
const v10 = { 'a2a-version': '1.0' }

const isAllSent = async (database: TestDatabase): Promise<boolean> => {
  const [row] = await query<RpcBody>(
    database,
    `select count(*)::int as n, bool_and(c.sent_seq = t.last_seq and t.state = 'completed' and c.lease_token is null) as done
     from push_configs c join tasks t on t.tenant_id = c.tenant_id and t.id = c.task_id`,
  )
  return row.n === tasks && row.done
}

/** Every change of every task came, and after each came it again or the next one. @returns how many came more than once. */
async function assertOrdered(database: TestDatabase, received: readonly Received[]): Promise<number> {
  const reached = new Map<string, number>()
  let repeated = 0
  for (const { headers } of received) {
    const [id = '', generation] = String(headers['webhook-id']).split('_')
    const last = reached.get(id) ?? 0
    if (Number(generation) === last) repeated++
    else assert.equal(Number(generation), last + 1, `${id}: after ${last}`)
    reached.set(id, Number(generation))
  }
  const rows = await query<{ id: string; generation: number }>(database, 'select id, generation::int from tasks')
  for (const { id, generation } of rows) assert.equal(reached.get(id), generation)
  assert.equal(reached.size, tasks)
  return repeated
}

/** Sends messages in both versions, each with a webhook. */
async function sendAll(url: string, hook: string): Promise<void> {
  for (let n = 0; n < tasks; n++) {
    const [method, params, headers] =
      n % 2 === 0
        ? (['SendMessage', sendV10('Echo', { url: hook }, `text ${n}`), v10] as const)
        : (['message/send', sendV03('Echo', { url: hook }, `text ${n}`), {}] as const)
    assert.ok((await rpc(url, { method, params, headers })).result, method)
  }
}

const refuse = (status: number) => (response: ServerResponse) => response.writeHead(status).end()
const faults: ((response: ServerResponse) => unknown)[] = [
  refuse(200),
  refuse(204),
  refuse(500),
  refuse(429),
  response => response.destroy(),
  // It has taken the notification, but nobody hears of it.
  response => response.socket?.resetAndDestroy(),
  response => response.writeHead(200).write('and so on'),
]

test('whatever a receiver does, two replicas bring it every change in order', async t => {
  const random = new Random(Number(process.hrtime.bigint() % 1_000_000n))
  t.diagnostic(`seed ${random.seed}`)
  let silent = 2
  await using receiver = await startReceiver(response => {
    // Silence costs a second each.
    if (silent > 0 && random.between(0, 8) === 0) silent--
    else faults[random.between(0, faults.length)]?.(response)
  })
  await using database = await testDatabase()
  const env = { ...local, A2A_PUSH_RETRY_SECONDS: quickly(50), A2A_PUSH_TIMEOUT_SECONDS: '1' }
  await using one = await startPlatform({ database, env })
  await using _other = await startPlatform({ database, env })
  await sendAll(one.url, `${receiver.url}/`)
  await waitUntil('everything is sent', () => isAllSent(database), 60_000)
  const repeated = await assertOrdered(database, receiver.received)
  assert.ok(repeated > 0, 'nothing has failed')
  assert.deepEqual(await query(database, 'select * from push_dead_letters'), [])
})

test('when a replica is killed while it sends, another goes on where it was', async () => {
  const stuck = Promise.withResolvers<void>()
  let isOpen = false
  await using receiver = await startReceiver(response => {
    if (isOpen || receiver.received.length < 10) refuse(200)(response)
    else stuck.resolve()
  })
  await using database = await testDatabase()
  const env = {
    ...local,
    A2A_PORT: '0',
    A2A_LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl(database),
    CODETETHER_SECRET_KEY: database.secret,
    CODETETHER_UNSAFE_DATABASE: 'true',
    CODETETHER_DATA_DIR: '/dev/null',
  }
  const program = fileURLToPath(new URL('push-server.ts', import.meta.url))
  await using child = runNode([program, JSON.stringify(env)], { cwd: workspace, ipc: true })
  const [url] = await once(child.child, 'message')
  await sendAll(url, `${receiver.url}/`)
  await stuck.promise
  await child.end('SIGKILL')
  isOpen = true
  await using _survivor = await startPlatform({ database, env: local })
  await waitUntil('everything is sent', () => isAllSent(database), 60_000)
  await assertOrdered(database, receiver.received)
})
