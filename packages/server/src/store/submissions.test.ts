import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'
import { openPool } from '../db/pool.ts'
import { createTenantSigner } from '../db/tenant-context.ts'
import { newId } from '../ids.ts'
import { createLogger } from '../logger.ts'
import { planEvents } from '../operations/plan-events.ts'
import { defaultTenantId } from '../tenants.ts'
import type { NewTask } from './insert-tasks.ts'
import { createStore, type Store } from './store.ts'
import { createSubmissions } from './submissions.ts'

const log = createLogger({ level: 'silent', format: 'json' })

async function openStore(database: TestDatabase): Promise<Store & AsyncDisposable> {
  const app = openPool(database.app, { size: 4, name: 'test', log })
  const store = createStore({ app, system: app }, createTenantSigner(database.secret))
  return { ...store, [Symbol.asyncDispose]: () => app.end() }
}

/** The store, with the number of transactions that it has written. */
function counting(store: Store): { store: Store; writes: () => number } {
  let writes = 0
  const write: Store['write'] = (tenantId, fn) => {
    writes++
    return store.write(tenantId, fn)
  }
  return { store: { ...store, write }, writes: () => writes }
}

const newTask = (more: Partial<NewTask> = {}): NewTask => ({
  id: newId(),
  principal: 'local',
  contextId: 'context',
  agent: 'Echo',
  routing: 'fallback',
  wireVersion: '0.3',
  metadata: null,
  request: null,
  lease: null,
  serialKey: null,
  queue: null,
  plan: planEvents([{ kind: 'created' }, { kind: 'status', state: 'completed' }], 'Echo'),
  ...more,
})

const request = (messageId: string) => ({ messageId, hash: 'ab' })

test('submissions that arrive together share transactions, and each is stored', async () => {
  await using database = await testDatabase()
  await using opened = await openStore(database)
  const { store, writes } = counting(opened)
  const submissions = createSubmissions(store)
  const tasks = Array.from({ length: 200 }, () => newTask())
  const stored = await Promise.all(tasks.map(task => submissions.add(defaultTenantId, { task, blobs: [] })))
  assert.ok(stored.every(at => at instanceof Date))
  assert.ok(writes() < 20, `${writes()} transactions for 200 submissions`)
})

test('large submissions do not share one statement, however many arrive together', async () => {
  await using database = await testDatabase()
  await using opened = await openStore(database)
  const { store, writes } = counting(opened)
  const submissions = createSubmissions(store)
  const metadata = { text: 'x'.repeat(3_000_000) }
  const tasks = Array.from({ length: 6 }, () => newTask({ metadata }))
  const stored = await Promise.all(tasks.map(task => submissions.add(defaultTenantId, { task, blobs: [] })))
  assert.ok(stored.every(at => at instanceof Date))
  assert.equal(writes(), 6)
})

test('a row that cannot be stored fails alone: its 49 neighbours are stored', async () => {
  await using database = await testDatabase()
  await using store = await openStore(database)
  const submissions = createSubmissions(store)
  const tasks = Array.from({ length: 50 }, (_, index) => newTask(index === 17 ? { contextId: 'a\u0000b' } : {}))
  const outcomes = await Promise.allSettled(tasks.map(task => submissions.add(defaultTenantId, { task, blobs: [] })))
  assert.deepEqual(
    outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
    [17],
  )
})

test('a message id that comes twice in one group is stored once', async () => {
  await using database = await testDatabase()
  await using store = await openStore(database)
  const submissions = createSubmissions(store)
  const tasks = ['a', 'b', 'a', 'c', 'a'].map(id => newTask({ request: request(id) }))
  const outcomes = await Promise.all(tasks.map(task => submissions.add(defaultTenantId, { task, blobs: [] })))
  assert.deepEqual(
    outcomes.map(at => at !== null),
    [true, true, false, true, false],
  )
})

test('groups that name the same message ids in opposite orders do not deadlock', async () => {
  await using database = await testDatabase()
  await using one = await openStore(database)
  await using other = await openStore(database)
  const ids = Array.from({ length: 40 }, (_, index) => `m${index}`)
  const sendAll = (store: Store, order: readonly string[]) => {
    const submissions = createSubmissions(store)
    return Promise.all(
      order.map(id => submissions.add(defaultTenantId, { task: newTask({ request: request(id) }), blobs: [] })),
    )
  }
  for (let round = 0; round < 5; round++) {
    const order = ids.map(id => `${id}-${round}`)
    const [first, second] = await Promise.all([sendAll(one, order), sendAll(other, order.toReversed())])
    assert.equal([...first, ...second].filter(at => at !== null).length, ids.length)
  }
})

test('tenants are not mixed: each group is written in the context of its own', async () => {
  await using database = await testDatabase()
  await using store = await openStore(database)
  const submissions = createSubmissions(store)
  const other = newId()
  const [mine, theirs] = [newTask(), newTask()]
  await Promise.all([
    submissions.add(defaultTenantId, { task: mine, blobs: [] }),
    submissions.add(other, { task: theirs, blobs: [] }),
  ])
  const ids = (tenantId: string) =>
    store.read(tenantId, tx => tx.query<{ id: string }>({ name: '', text: 'select id from tasks' }, []))
  assert.deepEqual(await ids(defaultTenantId), [{ id: mine.id }])
  assert.deepEqual(await ids(other), [{ id: theirs.id }])
})
