import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { createTenantSigner } from '@codetether/server/db/tenant-context'
import { insertTasks, serializeTask } from '@codetether/server/store/insert-tasks'
import { setMemory } from '@codetether/server/store/memories'
import { statement } from '@codetether/server/store/statement'
import type { Reader, Store } from '@codetether/server/store/store'
import type { TestDatabase } from '@codetether/testing/test-database'
import { Random } from './journeys/random.ts'
import { addTenant, fillTenant, markedTask, openTestStore } from './tenants.ts'

/** Every table with rows of tenants, partitions too: from the catalogue, so that a new one is part of this test. */
const tenantTables = (database: TestDatabase) =>
  withConnection(database.admin, async client => {
    const { rows } = await client.query<{ name: string; partition: boolean }>(
      `select c.relname as name, c.relispartition as partition from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id' order by 1`,
    )
    return rows
  })

const countOf = (database: TestDatabase, table: string, tenantId: string) =>
  withConnection(database.admin, async client => {
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${table} where tenant_id = $1`, [
      tenantId,
    ])
    return rows[0]?.n ?? 0
  })

/** Rights as wide as a careless migration could make them: what is left then are the policies alone. */
const grantEverything = (database: TestDatabase, tables: readonly string[]) =>
  withConnection(database.admin, client =>
    client.query(`grant select, insert, update, delete on ${tables.join(', ')} to ct_app`),
  )

const codeOf = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code

/** A copy of the first row that is visible, moved to another tenant. */
const copyTo = (table: string, tenantId: string) =>
  statement(
    `insert into ${table} select (jsonb_populate_record(t, '{"tenant_id": "${tenantId}"}')).* from ${table} t limit 1`,
  )

interface Pair {
  store: Store
  table: string
  a: string
  b: string
}

async function assertOwnRowsOnly({ store, table, a, b }: Pair, expected: number): Promise<void> {
  const all = statement(`select tenant_id as tenant from ${table}`)
  const others = statement(`select 1 from ${table} where tenant_id = '${b}'`)
  const [rows, foreign] = await store.read(a, tx =>
    Promise.all([tx.query<{ tenant: string }>(all, []), tx.query(others, [])]),
  )
  assert.deepEqual([rows.length, foreign.length], [expected, 0], table)
  assert.ok(
    rows.every(row => row.tenant === a),
    table,
  )
}

async function assertNoForeignWrites({ store, table, a, b }: Pair): Promise<void> {
  const attempt = (text: string) => store.write(a, tx => tx.query(statement(text), []))
  assert.deepEqual(await attempt(`update ${table} set tenant_id = tenant_id where tenant_id = '${b}' returning 1`), [])
  assert.deepEqual(await attempt(`delete from ${table} where tenant_id = '${b}' returning 1`), [])
  await assert.rejects(
    store.write(a, tx => tx.query(copyTo(table, b), [])),
    codeOf('42501'),
    table,
  )
  await assert.rejects(
    attempt(`update ${table} set tenant_id = '${b}' where tenant_id = '${a}'`),
    codeOf('42501'),
    table,
  )
}

test('two tenants with rows in every table', async t => {
  await using opened = await openTestStore()
  const { database, store } = opened
  const [a, b] = [await addTenant(store, 'alpha'), await addTenant(store, 'beta')]
  await fillTenant(store, a, 'mark of alpha')
  await fillTenant(store, b, 'mark of beta')
  const tables = await tenantTables(database)
  const reachable = tables.flatMap(({ name, partition }) => (partition ? [] : [name]))

  await t.test('neither sees a row of the other', async () => {
    assert.ok(reachable.length >= 7)
    for (const table of reachable) {
      const [ofA, ofB] = [await countOf(database, table, a), await countOf(database, table, b)]
      assert.ok(ofA > 0 && ofB > 0, `the test stores nothing in ${table}`)
      await assertOwnRowsOnly({ store, table, a, b }, ofA)
      await assertOwnRowsOnly({ store, table, a: b, b: a }, ofB)
    }
  })

  await t.test('each sees its own row of tenants', async () => {
    const names = await store.read(a, tx => tx.query(statement('select name from tenants'), []))
    assert.deepEqual(names, [{ name: 'alpha' }])
  })

  await t.test('partitions are not there for requests', async () => {
    for (const { name } of tables.filter(table => table.partition))
      await assert.rejects(
        store.read(a, tx => tx.query(statement(`select 1 from ${name}`), [])),
        codeOf('42501'),
      )
  })

  await t.test('with rights on everything, policies alone keep reads and writes inside the tenant', async () => {
    const names = tables.map(table => table.name)
    await grantEverything(database, names)
    for (const table of names) {
      await assertOwnRowsOnly({ store, table, a, b }, await countOf(database, table, a))
      const before = await countOf(database, table, b)
      if ((await countOf(database, table, a)) > 0) await assertNoForeignWrites({ store, table, a, b })
      assert.equal(await countOf(database, table, b), before, table)
    }
  })

  await t.test('without a context there are no rows and nothing can be written', async () => {
    await withConnection(database.app, async client => {
      for (const { name } of tables) {
        assert.deepEqual((await client.query(`select * from ${name}`)).rows, [], name)
        assert.equal((await client.query(`update ${name} set tenant_id = tenant_id`)).rowCount, 0, name)
        assert.equal((await client.query(`delete from ${name}`)).rowCount, 0, name)
        const insert = `insert into ${name} select (jsonb_populate_record(null::${name}, $1)).*`
        // Checks of columns come after policies: a row that is nothing but its tenant is enough.
        await assert.rejects(client.query(insert, [{ tenant_id: a }]), codeOf('42501'), name)
      }
      assert.deepEqual((await client.query('select * from tenants')).rows, [])
    })
  })
})

const context = statement(
  `select current_setting('codetether.tenant_context', true) as context, get_current_tenant_id() as tenant`,
)
const rowsOfAll = statement('select count(*)::int as n from memories')

test('a context does not outlive its transaction on the connection that the next one gets', async t => {
  await using opened = await openTestStore({ size: 1 })
  const { store, app } = opened
  const tenantId = await addTenant(store, 'alpha')
  await fillTenant(store, tenantId, 'mark')
  const fails = (text: string) => (tx: Reader) => tx.query(statement(text), [])
  const twice = markedTask('twice')
  const store2 = () =>
    store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask({ ...twice, request: null })]))
  await store2()
  const endings: Record<string, () => Promise<unknown>> = {
    'a commit': () => store.write(tenantId, tx => tx.query(rowsOfAll, [])),
    'a read': () => store.read(tenantId, tx => tx.query(rowsOfAll, [])),
    'an error of SQL in a pipelined transaction': () => store.write(tenantId, fails('select 1 / 0')),
    'an error of SQL in a read': () => store.read(tenantId, fails('select 1 / 0')),
    'an error of SQL in a transaction of several steps': () => store.transact(tenantId, fails('select 1 / 0')),
    'a unique violation': store2,
    'a statement that takes too long': () =>
      store.transact(tenantId, async tx => {
        await tx.query(statement('set local statement_timeout = 1'), [])
        await tx.query(statement('select pg_sleep(10)'), [])
      }),
    'an error of the caller': () => store.transact(tenantId, () => Promise.reject(new Error('mine'))),
    'a statement that cannot be parsed': () => store.write(tenantId, fails('selekt')),
    'a write in a read-only transaction': () => store.read(tenantId, fails('delete from memories')),
  }
  for (const [name, end] of Object.entries(endings))
    await t.test(`after ${name}`, async () => {
      await end().catch(() => undefined)
      const { rows } = await app.query(context.text)
      assert.deepEqual([rows[0].context || null, rows[0].tenant], [null, null])
      assert.deepEqual((await app.query(rowsOfAll.text)).rows, [{ n: 0 }])
      assert.equal(app.totalCount, 1)
    })
})

const own = statement(`
  select array(select distinct tenant_id::text from memories union select distinct tenant_id::text from tasks
    union select distinct tenant_id::text from task_events) as tenants, get_current_tenant_id() as current`)
const slow = statement('select pg_sleep(0.001)')

/** One transaction of a tenant that ends in one of several ways. @returns the tenants whose rows it saw. */
async function visit(store: Store, tenantId: string, dice: number): Promise<string[]> {
  const seen: string[] = []
  const look = async (tx: Reader) => {
    const [row] = await tx.query<{ tenants: string[]; current: string }>(own, [])
    if (row) seen.push(row.current, ...row.tenants)
  }
  const owner = { tenantId, principal: 'p', agent: 'a' }
  const ways: (() => Promise<unknown>)[] = [
    () => store.read(tenantId, look),
    () => store.read(tenantId, tx => Promise.all([look(tx), tx.query(slow, []), look(tx)])),
    () =>
      store.write(tenantId, async tx => {
        await Promise.all([setMemory(tx, owner, { key: `k${dice % 7}`, value: 'v', most: 10 }), look(tx)])
      }),
    () => store.write(tenantId, tx => Promise.all([look(tx), tx.query(statement('select 1 / 0'), [])])),
    () =>
      store.transact(tenantId, async tx => {
        await look(tx)
        throw new Error('gives up')
      }),
    () =>
      store.transact(tenantId, async tx => {
        await look(tx)
        await tx.query(statement('selekt'), [])
      }),
    () => store.read(tenantId, tx => Promise.all([look(tx), tx.query(statement('delete from memories'), [])])),
  ]
  await ways[dice % ways.length]?.().catch(() => undefined)
  return seen
}

test('transactions of 20 tenants on 5 connections, many of which fail, never see a foreign row', async () => {
  await using opened = await openTestStore({ size: 5 })
  const { store, app } = opened
  const tenants: string[] = []
  for (let n = 0; n < 20; n++) tenants.push(await addTenant(store, `tenant-${n}`))
  await Promise.all(tenants.map(id => fillTenant(store, id, `mark of ${id}`)))
  const random = new Random(20)
  const plan = Array.from({ length: 4000 }, () => ({
    tenantId: tenants[random.between(0, tenants.length)] ?? '',
    dice: random.between(0, 1000),
  }))
  let visits = 0
  const lane = async (_: unknown, number: number) => {
    for (const { tenantId, dice } of plan.filter((_entry, n) => n % 40 === number)) {
      const seen = await visit(store, tenantId, dice)
      visits += seen.length > 0 ? 1 : 0
      assert.deepEqual(new Set([tenantId, ...seen]), new Set([tenantId]))
    }
  }
  await Promise.all(Array.from({ length: 40 }, lane))
  // All but the reads that fail as a whole get to see their rows.
  assert.ok(visits > plan.length * 0.8, `${visits} transactions saw rows`)
  assert.equal(app.totalCount, 5)
})

test('contexts of different tenants are different, and a signer gives the same one for a while', () => {
  let now = 0
  const signer = createTenantSigner('secret', () => now)
  const first = signer.sign('a')
  assert.equal(signer.sign('a'), first)
  assert.notEqual(signer.sign('b'), first)
  now += 5 * 60_000 + 1
  assert.notEqual(signer.sign('a'), first)
})
