import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { connect } from '@codetether/server/db/connect'
import { openPool, takeConnection } from '@codetether/server/db/pool'
import { createLogger } from '@codetether/server/logger'
import { pingDatabase } from '@codetether/server/store/ping'
import { defaultTenantId } from '@codetether/server/tenants'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { post } from '../doors/support.ts'
import { query } from '../event-log.ts'
import { message, startPlatform } from '../platform.ts'
import { openTestStore } from '../tenants.ts'

/** A lock that keeps everybody from the tasks until it is disposed. */
async function lockTasks({ admin }: TestDatabase): Promise<AsyncDisposable> {
  const client = await connect(admin)
  await client.query('begin; lock table tasks in access exclusive mode')
  return { [Symbol.asyncDispose]: () => client.end() }
}

/** As an administrator would set it for one database: roles belong to the whole cluster. */
const bound = ({ admin, ...database }: TestDatabase, setting: string) =>
  query({ admin, ...database }, `alter role ct_app in database ${admin.database} set ${setting}`)

const waiting = (database: TestDatabase, login = 'ct_app') =>
  query<{ n: number }>(
    database,
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and usename = $1 and wait_event_type = 'Lock'`,
    [login],
  ).then(([row]) => row?.n ?? 0)

const call = (method: string, params: unknown) => ({ jsonrpc: '2.0', id: 1, method, params })

function assertUnavailable({ status, headers, body }: Awaited<ReturnType<typeof post>>): void {
  assert.equal(status, 503)
  assert.match(String(headers.get('retry-after')), /^\d+$/)
  assert.equal(body.error.code, -31503)
}

test('a request that gets no connection in time is answered 503, and the next one goes well', async () => {
  await using database = await testDatabase()
  await using platform = await startPlatform({ database, env: { DATABASE_POOL_SIZE: '2' } })
  const { result } = await platform.rpc('message/send', message('Calculate 1 + 1'))
  const get = call('tasks/get', { id: result.id })
  const lock = await lockTasks(database)
  const holders = [post(platform.url, get), post(platform.url, get)]
  await waitUntil('both connections wait for the lock', async () => (await waiting(database)) === 2)
  assertUnavailable(await post(platform.url, get))
  await lock[Symbol.asyncDispose]()
  for (const { status } of await Promise.all(holders)) assert.equal(status, 200)
  assert.equal((await post(platform.url, get)).status, 200)
})

for (const setting of [`lock_timeout = '100ms'`, `statement_timeout = '100ms'`])
  test(`work that runs into ${setting} is answered 503, and goes well once the lock is gone`, async () => {
    await using database = await testDatabase()
    await bound(database, setting)
    await using platform = await startPlatform({ database })
    const send = call('message/send', message('Calculate 1 + 1'))
    {
      await using _lock = await lockTasks(database)
      assertUnavailable(await post(platform.url, send))
    }
    const { status, body } = await post(platform.url, send)
    assert.deepEqual([status, body.result.status.state], [200, 'completed'])
  })

test('a transaction that idles too long is ended, and its work is UNAVAILABLE', async () => {
  await using database = await testDatabase()
  await bound(database, `idle_in_transaction_session_timeout = '50ms'`)
  await using tests = await openTestStore({ given: database, size: 1 })
  const idle = tests.store.transact(defaultTenantId, async tx => {
    await pingDatabase(tx)
    await waitUntil('the session is gone', async () => {
      const rows = await query(
        database,
        `select from pg_stat_activity where datname = current_database() and usename = 'ct_app'`,
      )
      return rows.length === 0
    })
    return pingDatabase(tx)
  })
  await assert.rejects(idle, { code: 'UNAVAILABLE' })
  await tests.store.read(defaultTenantId, pingDatabase)
})

test('nobody joins a queue for connections that is absurdly long', async () => {
  await using database = await testDatabase()
  const pool = openPool(database.app, { size: 1, name: 'test', log: createLogger({ level: 'silent', format: 'json' }) })
  try {
    const first = await takeConnection(pool)
    const queue = Array.from({ length: limits.connectionWaiters }, async () => (await takeConnection(pool)).release())
    await assert.rejects(takeConnection(pool), { code: 'UNAVAILABLE', message: /too many requests wait/ })
    first.release()
    await Promise.all(queue)
  } finally {
    await pool.end()
  }
})
