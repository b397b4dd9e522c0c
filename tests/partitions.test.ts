import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoAgent } from '@codetether/agents/echo-agent'
import { insertTasks, serializeTask } from '@codetether/server/store/insert-tasks'
import { readEvents } from '@codetether/server/store/read-events'
import { ensurePartitions } from '@codetether/server/store/upkeep'
import { assertSoundLog, readLog, to } from './event-log.ts'
import { startPlatform } from './platform.ts'
import { addTenant, markedTask, openTestStore } from './tenants.ts'

/** The first UUIDv7 of a moment. */
const idAt = (time: number): string =>
  time
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2-7000-8000-000000000000')

const timeOf = (id: string): Date => new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16))
const partitionOf = (id: string): string => {
  const time = timeOf(id)
  return `task_events_y${time.getUTCFullYear()}m${String(time.getUTCMonth() + 1).padStart(2, '0')}`
}

test('a task lies in the partition of its month', async () => {
  await using platform = await startPlatform({ agents: [echoAgent] })
  const { result } = await platform.rpc('message/send', to(echoAgent.name))
  const log = await assertSoundLog(platform.database, result.id)
  assert.deepEqual(new Set(log.map(event => event.partition)), new Set([partitionOf(result.id)]))
})

/** The first moment of a month, counted from this one, in UTC. */
const month = (offset: number): number => {
  const now = new Date()
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)
}

test('a month begins and ends at midnight of UTC, to the millisecond', async () => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const tenantId = await addTenant(store, 'alpha')
  for (const time of [month(0), month(1) - 1, month(1), month(2) - 1, month(2), month(3) - 1]) {
    const id = idAt(time)
    await store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask(markedTask('mark', { id }))]))
    assert.deepEqual(new Set((await readLog(database, id)).map(row => row.partition)), new Set([partitionOf(id)]))
  }
})

test('a task of a far-off time finds the default partition and is read like any other', async () => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const tenantId = await addTenant(store, 'alpha')
  for (const time of [0, Date.UTC(1999, 0), Date.UTC(2100, 5), 2 ** 48 - 1, month(0) - 1, month(40)]) {
    const task = markedTask('mark', { id: idAt(time) })
    const where = { tenantId, taskId: task.id, afterSeq: 0 }
    await store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask(task)]))
    assert.deepEqual(
      new Set((await readLog(database, task.id)).map(row => row.partition)),
      new Set(['task_events_default']),
    )
    assert.equal((await store.read(tenantId, tx => readEvents(tx, where)))?.events.length, 4)
  }
})

test('making partitions again makes none, also when two do it at once', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ensure = (ahead: number) => store.system(tx => ensurePartitions(tx, ahead))
  assert.deepEqual(await ensure(2), [])
  const wanted = Array.from({ length: 12 }, (_, n) => partitionOf(idAt(month(n + 3))))
  const made = await Promise.all([ensure(14), ensure(14)])
  assert.deepEqual(made.flat().sort(), wanted)
  assert.deepEqual(await ensure(14), [])
})

test('a new partition takes the tasks of its month', async () => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const tenantId = await addTenant(store, 'alpha')
  await store.system(tx => ensurePartitions(tx, 6))
  const task = markedTask('mark', { id: idAt(month(6)) })
  await store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask(task)]))
  assert.equal((await readLog(database, task.id))[0]?.partition, partitionOf(task.id))
})

test('a month whose tasks lie in the default partition already does not keep the others from theirs', async () => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const tenantId = await addTenant(store, 'alpha')
  const early = markedTask('mark', { id: idAt(month(4)) })
  await store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask(early)]))
  const made = await store.system(tx => ensurePartitions(tx, 5))
  assert.deepEqual(
    made,
    [3, 5].map(n => partitionOf(idAt(month(n)))),
  )
  assert.equal((await readLog(database, early.id)).length, 4)
})
