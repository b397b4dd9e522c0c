import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { createLogger } from '@codetether/server/logger'
import { openContext } from '@codetether/server/open-context'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { waitUntil } from '@codetether/testing/wait-until'
import { heldAgent, soon, to } from '../event-log.ts'
import { configOf, databaseUrl, startPlatform } from '../platform.ts'
import { type BusKind, type BusServer, busServer, nats, redis } from './bus-server.ts'

const log = createLogger({ level: 'silent', format: 'json' })

/** Parts of a server without anything that looks for news from time to time: what wakes here was told. */
const openReplica = (database: TestDatabase, env: Record<string, string>) =>
  openContext({ config: configOf(database, env), log, stopping: new AbortController().signal })

const hourMs = 3_600_000
const patience = () => AbortSignal.timeout(20_000)

async function startBus(kind: BusKind): Promise<BusServer> {
  const bus = await busServer(kind)
  await bus.start()
  return bus
}

/** Wakes a stream, the claiming of tasks and a worker on another replica. */
async function assertWakes(database: TestDatabase, env: Record<string, string>): Promise<void> {
  await using one = await openReplica(database, env)
  await using other = await openReplica(database, env)
  const task = { tenantId: crypto.randomUUID(), taskId: crypto.randomUUID() }
  const worker = { tenantId: task.tenantId, workerId: 'w' }
  using reader = other.hints.subscribe(task)
  using attendance = other.workers.attend(worker)
  const patient = patience()
  // Opening has woken it.
  await other.work.next(1, patient)
  const woken = [reader, other.work, attendance].map(part => part.next(hourMs, patient))
  one.hints.publish(task.taskId)
  one.work.wake()
  one.workers.tell(worker, { kind: 'task_cancelled', taskId: task.taskId })
  await Promise.all(woken)
  assert.equal(patient.aborted, false)
  assert.deepEqual(attendance.take(), [{ kind: 'task_cancelled', taskId: task.taskId }])
}

/** What is notified in the database while something happens. */
const notifiedDuring = (database: TestDatabase, action: () => Promise<void>): Promise<string[]> =>
  withConnection(database.admin, async client => {
    const heard: string[] = []
    client.on('notification', ({ payload }) => heard.push(payload ?? ''))
    await client.query('listen codetether_hints')
    await action()
    await client.query(`notify codetether_hints, 'the end'`)
    await waitUntil('the end is heard', () => heard.at(-1) === 'the end')
    return heard.slice(0, -1)
  })

test('without a bus, PostgreSQL carries the hints', async () => {
  await using database = await testDatabase()
  assert.notDeepEqual(await notifiedDuring(database, () => assertWakes(database, {})), [])
})

for (const kind of [redis, nats]) {
  const { skip } = kind.peer

  test(`${kind.name} wakes streams, claims and workers of other replicas; PostgreSQL does not`, { skip }, async () => {
    await using database = await testDatabase()
    await using bus = await startBus(kind)
    const env = { [kind.setting]: bus.url }
    assert.deepEqual(await notifiedDuring(database, () => assertWakes(database, env)), [])
  })

  test(`${kind.name} does so behind a pooler too, where no session is to be had`, { skip }, async () => {
    await using database = await testDatabase()
    await using bus = await startBus(kind)
    const url = databaseUrl(database)
    const DATABASE_URL = `${url}${url.includes('?') ? '&' : '?'}pgbouncer=true`
    await assertWakes(database, { DATABASE_URL, [kind.setting]: bus.url })
  })

  test(`a cancel on one replica stops the agent on another through ${kind.name}`, { skip }, async () => {
    await using database = await testDatabase()
    await using bus = await startBus(kind)
    // A lease of ten minutes is not looked at within the time of this test.
    const env = { CODETETHER_LEASE_SECONDS: '600', [kind.setting]: bus.url }
    const held = heldAgent()
    await using one = await startPlatform({ database, agents: [held.agent], env })
    await using other = await startPlatform({ database, env })
    const { id } = (await one.rpc('message/send', soon(to('Held')))).result
    const ctx = await held.started
    const aborted = new Promise<void>(resolve => ctx.signal.addEventListener('abort', () => resolve()))
    assert.equal((await other.rpc('tasks/cancel', { id })).result.status.state, 'canceled')
    await aborted
    held.tell(async () => undefined)
    await held.ended
  })
}
