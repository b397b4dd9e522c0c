import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoAgent } from '@codetether/agents/echo-agent'
import { applyRetention, type RetentionContext } from '@codetether/server/background/retention'
import { newId } from '@codetether/server/ids'
import { createLogger } from '@codetether/server/logger'
import { planEvents } from '@codetether/server/operations/plan-events'
import { insertBlobs } from '@codetether/server/store/blobs'
import { insertTasks, serializeTask } from '@codetether/server/store/insert-tasks'
import { putPushConfig } from '@codetether/server/store/push-configs'
import { findTask } from '@codetether/server/store/read-tasks'
import { lockRetention } from '@codetether/server/store/retention'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertNoOrphans, query, to } from './event-log.ts'
import { frames } from './journeys/frames.ts'
import { startPlatform } from './platform.ts'
import { addTenant, markedTask, openTestStore, type TestStore } from './tenants.ts'

const log = createLogger({ level: 'silent', format: 'json' })
const day = 24 * 60 * 60 * 1000
const daysAgo = (days: number): Date => new Date(Date.now() - days * day)

/** An id of a moment. */
const idAt = (time: Date): string =>
  time
    .getTime()
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2') + newId().slice(13)

const contextOf = ({ store }: TestStore, stopping = new AbortController().signal): RetentionContext => ({
  store,
  log,
  stopping,
})

const webhook = {
  id: 'a',
  wireVersion: '1.0',
  url: 'https://x.org/',
  authScheme: null,
  sealed: Buffer.from(''),
} as const

interface Life {
  created: Date
  /** Absent: it still works. */
  ended?: Date
}

/** A task of the past with a row in every table of tasks. @returns its id. */
async function addTask({ store, database }: TestStore, tenantId: string, { created, ended }: Life): Promise<string> {
  const id = idAt(created)
  const { plan, ...rest } = markedTask('mark', { id })
  const end = planEvents(
    [
      { kind: 'created' },
      { kind: 'message', message: { messageId: newId(), role: 'user', parts: [{ text: 'mark' }] } },
      { kind: 'artifact', artifact: { artifactId: 'a', parts: [{ text: 'mark' }] }, append: false, lastChunk: true },
      { kind: 'status', state: 'completed' },
    ],
    'mark',
  )
  await store.write(tenantId, tx =>
    Promise.all([
      insertTasks(tx, tenantId, [serializeTask({ ...rest, plan: ended ? end : plan })]),
      insertBlobs(tx, tenantId, [{ id: newId(), content: Buffer.from('mark'), taskId: id }]),
      putPushConfig(tx, tenantId, { ...webhook, taskId: id, principal: rest.principal }),
    ]),
  )
  await query(
    database,
    `insert into push_dead_letters (tenant_id, task_id, config_id, seq, reason, attempts)
     select tenant_id, task_id, id, 1, 'mark', 1 from push_configs where task_id = $1`,
    [id],
  )
  await query(database, 'update tasks set status_at = $2 where id = $1', [id, ended ?? created])
  await query(database, 'update task_requests set created_at = $2 where task_id = $1', [id, ended ?? created])
  return id
}

const tables = [
  'tasks',
  'task_events',
  'task_messages',
  'task_artifacts',
  'task_requests',
  'blobs',
  'push_configs',
  'push_dead_letters',
] as const

/** In which tables a task has rows. */
async function tablesOf({ database }: TestStore, id: string): Promise<string[]> {
  const found = await Promise.all(
    tables.map(async table => {
      const key = table === 'tasks' ? 'id' : 'task_id'
      const rows = await query(database, `select from ${table} where ${key} = $1`, [id])
      return rows.length > 0 ? [table] : []
    }),
  )
  return found.flat()
}

test('what ended longer ago than the retention goes with everything of its own, in every tenant and nothing else', async () => {
  await using opened = await openTestStore()
  const tenants = await Promise.all(['alpha', 'beta'].map(name => addTenant(opened.store, name)))
  for (const tenantId of tenants) {
    const old = await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(31) })
    const ahead = await addTask(opened, tenantId, { created: daysAgo(-4000), ended: daysAgo(31) })
    const recent = await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(29) })
    const open = await addTask(opened, tenantId, { created: daysAgo(40) })
    const fresh = await addTask(opened, tenantId, { created: new Date(), ended: new Date() })
    const report = await applyRetention(contextOf(opened), { taskDays: 30 })
    assert.deepEqual(report, { partitions: [], events: 8, tasks: 2, sessions: 0 })
    for (const id of [old, ahead]) assert.deepEqual(await tablesOf(opened, id), [])
    const whole = tables.filter(table => table !== 'task_requests')
    for (const id of [recent, open]) assert.deepEqual(await tablesOf(opened, id), whole)
    assert.deepEqual(await tablesOf(opened, fresh), tables)
  }
  assert.deepEqual(await applyRetention(contextOf(opened), { taskDays: 30 }), {
    partitions: [],
    events: 0,
    tasks: 0,
    sessions: 0,
  })
})

test('only counting deletes nothing, and counts what then goes', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  const id = await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(31) })
  const rules = { taskDays: 30, eventDays: 7 }
  const counted = await applyRetention(contextOf(opened), rules, { really: false })
  assert.deepEqual(await tablesOf(opened, id), tables)
  assert.deepEqual(await applyRetention(contextOf(opened), rules), counted)
  assert.deepEqual(counted, { partitions: [], events: 4, tasks: 1, sessions: 0 })
})

test('small portions find the same, past logs that stay', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  for (let n = 0; n < 5; n++) {
    await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(31) })
    await addTask(opened, tenantId, { created: daysAgo(40) })
  }
  const report = await applyRetention(contextOf(opened), { taskDays: 30 }, { portion: 3 })
  assert.deepEqual(report, { partitions: [], events: 20, tasks: 5, sessions: 0 })
  assert.deepEqual(await query(opened.database, 'select count(*)::int as n from task_events'), [{ n: 20 }])
})

test('a pruned log leaves the task as it was', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const tenantId = await addTenant(store, 'alpha')
  const id = await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(8) })
  const key = { tenantId, id, principal: 'principal of mark', messageLimit: 10 }
  const before = await store.read(tenantId, tx => findTask(tx, key))
  const report = await applyRetention(contextOf(opened), { eventDays: 7 })
  assert.deepEqual(report, { partitions: [], events: 4, tasks: 0, sessions: 0 })
  assert.ok(before?.artifacts.length === 1 && before.messages.length === 1)
  assert.deepEqual(await store.read(tenantId, tx => findTask(tx, key)), before)
  assert.deepEqual(
    await tablesOf(opened, id),
    tables.filter(table => table !== 'task_events' && table !== 'task_requests'),
  )
})

test('a cursor whose events are gone is answered with 410 and the place to go on from', async () => {
  await using platform = await startPlatform({ agents: [echoAgent] })
  const { database } = platform
  const { result } = await platform.rpc('message/send', to(echoAgent.name))
  const follow = (cursor: number) =>
    Array.fromAsync(
      frames(platform.url, {
        method: 'tasks/resubscribe',
        params: { id: result.id },
        headers: { 'last-event-id': String(cursor) },
      }),
    )
  const [task] = await query<{ generation: number }>(database, 'select generation::int as generation from tasks')
  const last = task?.generation ?? 0
  const whole = await follow(0)
  assert.equal(whole.length, last)
  await query(database, 'delete from task_events where seq <= 2')
  assert.deepEqual(await follow(2), whole.slice(2))
  for (const [cursor, deleted] of [
    [0, 2],
    [1, 2],
    [1, 1000],
    [last - 1, 1000],
  ] as const) {
    await query(database, 'delete from task_events where seq <= $1', [deleted])
    const headers = { 'last-event-id': String(cursor) }
    const { error } = await platform.rpc('tasks/resubscribe', { id: result.id }, headers)
    assert.equal(error.code, -31410)
    const { generation, snapshot } = error.data[0].metadata
    assert.deepEqual([generation, snapshot.id], [last, result.id])
  }
  assert.deepEqual(await follow(last), [])
  const got = await platform.rpc('tasks/get', { id: result.id })
  assert.deepEqual(got.result.artifacts, result.artifacts)
})

const monthName = (month: Date) => month.toISOString().slice(0, 7).replace(/(.*)-/, 'task_events_y$1m')

/** A month of the log that is over, as it stands when time has passed. @returns a moment in it, and its partition. */
async function pastMonth({ database }: TestStore, monthsAgo: number): Promise<{ within: Date; name: string }> {
  const now = new Date()
  const [start, end] = [0, 1].map(
    more => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo + more)),
  )
  if (!start || !end) throw new Error('a month has two ends')
  const name = monthName(start)
  await query(
    database,
    `do $$ begin
       execute format('create table ${name} partition of task_events for values from (%L) to (%L)',
         uuid_floor('${start.toISOString()}'), uuid_floor('${end.toISOString()}'));
       alter table ${name} owner to ct_owner;
       call protect_tenant_table('${name}');
     end $$`,
  )
  return { within: new Date(start.getTime() + 10 * day), name }
}

const partitions = ({ database }: TestStore) =>
  query<{ name: string }>(
    database,
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'task_events'::regclass`,
  ).then(rows => rows.map(row => row.name))

test('a month of the log goes as a whole when all its tasks are past their time', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  const [gone, kept] = [await pastMonth(opened, 5), await pastMonth(opened, 6)]
  const old = await addTask(opened, tenantId, { created: gone.within, ended: daysAgo(60) })
  const stays = await addTask(opened, tenantId, { created: kept.within })
  const goes = await addTask(opened, tenantId, { created: kept.within, ended: daysAgo(60) })
  const counted = await applyRetention(contextOf(opened), { eventDays: 30 }, { really: false })
  assert.deepEqual(counted, { partitions: [gone.name], events: 8, tasks: 0, sessions: 0 })
  const report = await applyRetention(contextOf(opened), { eventDays: 30 })
  assert.deepEqual(report, { partitions: [gone.name], events: 4, tasks: 0, sessions: 0 })
  const names = await partitions(opened)
  assert.ok(names.includes(kept.name) && names.includes('task_events_default') && !names.includes(gone.name))
  assert.ok((await tablesOf(opened, stays)).includes('task_events'))
  for (const id of [old, goes]) assert.deepEqual((await tablesOf(opened, id))[1], 'task_messages')
  assert.deepEqual(await applyRetention(contextOf(opened), { taskDays: 30 }), {
    partitions: [],
    events: 0,
    tasks: 2,
    sessions: 0,
  })
})

test('a month that somebody writes to is left for the next time, and its tasks go one by one', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  const month = await pastMonth(opened, 5)
  await addTask(opened, tenantId, { created: month.within, ended: daysAgo(60) })
  const busy = Promise.withResolvers<void>()
  const written = Promise.withResolvers<string>()
  const writing = opened.store.transact(tenantId, async tx => {
    const task = markedTask('late', { id: idAt(month.within) })
    await insertTasks(tx, tenantId, [serializeTask(task)])
    written.resolve(task.id)
    await busy.promise
  })
  const late = await written.promise
  assert.deepEqual(await applyRetention(contextOf(opened), { taskDays: 30 }), {
    partitions: [],
    events: 4,
    tasks: 1,
    sessions: 0,
  })
  busy.resolve()
  await writing
  assert.ok((await tablesOf(opened, late)).includes('task_events'))
  assert.ok((await partitions(opened)).includes(month.name))
})

test('nothing but a past month of the log can be dropped', async () => {
  await using opened = await openTestStore()
  const now = monthName(new Date())
  for (const name of [now, 'task_events_default', 'tasks', 'task_events_y2020m01; drop table tasks'])
    await assert.rejects(
      opened.store.system(tx => tx.query({ text: 'select drop_task_event_partition($1)' }, [name])),
      /a value cannot be stored/,
    )
  assert.ok((await partitions(opened)).includes(now))
})

test('one process at a time deletes, and stops with its server', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  const id = await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(31) })
  await opened.store.system(async tx => {
    assert.equal(await lockRetention(tx), true)
    await assert.rejects(applyRetention(contextOf(opened), { taskDays: 30 }), { code: 'CONFLICT' })
  })
  await applyRetention(contextOf(opened, AbortSignal.abort()), { taskDays: 30 })
  assert.ok((await tablesOf(opened, id)).includes('tasks'))
  await applyRetention(contextOf(opened), {})
  assert.ok((await tablesOf(opened, id)).includes('tasks'))
})

test('a server with a retention deletes when it starts', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  const id = await addTask(opened, tenantId, { created: daysAgo(40), ended: daysAgo(31) })
  const { database } = opened
  await using _platform = await startPlatform({ database, env: { CODETETHER_RETENTION_DAYS: '30' } })
  await waitUntil('the old task is deleted', async () => (await tablesOf(opened, id)).length === 0)
  await assertNoOrphans(database)
})
