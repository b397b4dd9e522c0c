import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { testDatabase } from '@codetether/testing/test-database'
import { openPool } from '../db/pool.ts'
import { createTenantSigner } from '../db/tenant-context.ts'
import { newId } from '../ids.ts'
import { createLogger } from '../logger.ts'
import { planEvents } from '../operations/plan-events.ts'
import { defaultTenantId } from '../tenants.ts'
import { changeTask, serializeChange, type TaskChange } from './change-task.ts'
import { type Change, createChanges } from './changes.ts'
import { statement } from './statement.ts'
import { createStore, type Store } from './store.ts'
import { createSubmissions } from './submissions.ts'

const log = createLogger({ level: 'silent', format: 'json' })

/** A store with so many tasks that work. */
async function tasksIn(count: number) {
  const database = await testDatabase()
  const app = openPool(database.app, { size: 6, name: 'test', log })
  const store = createStore({ app, system: app }, createTenantSigner(database.secret))
  const submissions = createSubmissions(store)
  const ids = Array.from({ length: count }, () => newId())
  const plan = planEvents([{ kind: 'created' }, { kind: 'status', state: 'working' }], 'Echo')
  const task = { principal: 'local', contextId: 'c', agent: 'Echo', routing: 'target', wireVersion: '0.3' as const }
  const rest = { metadata: null, request: null, lease: null, serialKey: null, queue: null, plan }
  await Promise.all(ids.map(id => submissions.add(defaultTenantId, { task: { ...task, ...rest, id }, blobs: [] })))
  return {
    store,
    ids,
    async [Symbol.asyncDispose]() {
      await app.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

const changeOf = (taskId: string, event: TaskEvent): Change => {
  const change: TaskChange = { taskId, plan: planEvents([event], 'Echo'), from: ['working'], lease: 'keep' }
  return { change, json: serializeChange(change), blobs: [] }
}

const chunk = (text: string): TaskEvent => ({
  kind: 'artifact',
  artifact: { artifactId: 'a', parts: [{ text }] },
  append: true,
  lastChunk: false,
})

/** The store, with the number of transactions that it has written. */
function counting(store: Store) {
  let writes = 0
  const write: Store['write'] = (tenantId, fn) => {
    writes++
    return store.write(tenantId, fn)
  }
  return { store: { ...store, write }, writes: () => writes }
}

test('changes that arrive together share transactions, each with its own outcome', async () => {
  await using opened = await tasksIn(50)
  const { store, writes } = counting(opened.store)
  const changes = createChanges(store)
  const unknown = newId()
  const rows = await Promise.all(
    [...opened.ids, unknown].map(id => changes.add(defaultTenantId, changeOf(id, chunk('x')))),
  )
  assert.deepEqual(
    rows.map(row => row?.id ?? null),
    [...opened.ids, null],
  )
  assert.ok(writes() <= 3, `${writes()} transactions`)
})

test('one change of fifty that cannot be stored harms no other', async () => {
  await using opened = await tasksIn(50)
  const changes = createChanges(opened.store)
  const outcomes = await Promise.allSettled(
    opened.ids.map((id, index) => changes.add(defaultTenantId, changeOf(id, chunk(index === 17 ? 'a\u0000b' : 'x')))),
  )
  assert.deepEqual(
    outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
    [17],
  )
})

test('changes of one task are stored in the order in which they came', async () => {
  await using opened = await tasksIn(1)
  const [id = ''] = opened.ids
  const changes = createChanges(opened.store)
  const rows = await Promise.all(
    Array.from({ length: 100 }, (_, n) => changes.add(defaultTenantId, changeOf(id, chunk(`${n} `)))),
  )
  assert.deepEqual(
    rows.map(row => row?.lastSeq),
    Array.from({ length: 100 }, (_, n) => n + 3),
  )
})

test('groups that change the same tasks in opposite orders do not deadlock', async () => {
  await using opened = await tasksIn(40)
  const [one, other] = [createChanges(opened.store), createChanges(opened.store)]
  for (let round = 0; round < 10; round++) {
    const all = (changes: typeof one, ids: readonly string[]) =>
      ids.map(id => changes.add(defaultTenantId, changeOf(id, chunk('x'))))
    const rows = await Promise.all([...all(one, opened.ids), ...all(other, opened.ids.toReversed())])
    assert.ok(rows.every(row => row !== null))
  }
})

const readOfArtifacts = statement(`
  select (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as rows from pg_stat_xact_user_tables
  where relname = 'task_artifacts'`)

test('appending to a long artifact reads none of its chunks, replacing it deletes them', async () => {
  await using opened = await tasksIn(1)
  const [taskId = ''] = opened.ids
  const first = Array.from({ length: 2_000 }, (_, n) => chunk(String(n)))
  const change = (events: TaskEvent[]): TaskChange => ({
    ...{ taskId, plan: planEvents(events, 'Echo'), from: ['working'], lease: 'keep' },
  })
  const store = (events: TaskEvent[]) =>
    opened.store.write(defaultTenantId, async tx => {
      const changed = changeTask(tx, defaultTenantId, change(events))
      const [rows] = await Promise.all([tx.query<{ rows: number }>(readOfArtifacts, []), changed])
      return rows
    })
  await store(first)
  assert.deepEqual(await store([chunk('next')]), [{ rows: 0 }])
  await store([{ ...chunk('anew'), append: false } as TaskEvent])
  const left = statement('select count(*)::int as rows from task_artifacts')
  assert.deepEqual(await opened.store.read(defaultTenantId, tx => tx.query(left, [])), [{ rows: 1 }])
})
