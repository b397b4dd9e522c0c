import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '@codetether/server/ids'
import { eraseTenant, findTenant } from '@codetether/server/operations/erase-tenant'
import { insertTasks, serializeTask } from '@codetether/server/store/insert-tasks'
import { defaultTenantId } from '@codetether/server/tenants'
import { heldAgent, query, soon, to } from './event-log.ts'
import { frames, kindOf } from './journeys/frames.ts'
import { startPlatform } from './platform.ts'
import { addTenant, fillTenant, markedTask, openTestStore, type TestStore } from './tenants.ts'

const contextOf = ({ store }: TestStore, stopping = new AbortController().signal) => ({ store, stopping })

/** Rows of a tenant in every table that the catalogue knows, counted by nobody's list. */
async function countAll({ database }: TestStore, tenantId: string): Promise<Record<string, number>> {
  const tables = await query<{ name: string }>(
    database,
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relforcerowsecurity
       and not c.relispartition`,
  )
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await query<{ n: number }>(
        database,
        `select count(*)::int as n from "${name}" where tenant_id = $1`,
        [tenantId],
      )
      return [name, row?.n ?? 0] as const
    }),
  )
  return Object.fromEntries(counts)
}

const finishAll = ({ database }: TestStore) =>
  query(database, `update tasks set state = 'completed', last_seq = last_seq + 1`)

test('erasing a tenant deletes its rows in every table, also in one that comes later, and nobody else’s', async () => {
  await using opened = await openTestStore()
  const { store, database } = opened
  // As a later migration would add it.
  await query(
    database,
    `do $$ begin
       create table "Later" (tenant_id uuid not null, "Key" text, primary key (tenant_id, "Key"));
       alter table "Later" owner to ct_owner;
       call protect_tenant_table('"Later"');
     end $$`,
  )
  const [alpha, beta] = [await addTenant(store, 'alpha'), await addTenant(store, 'beta')]
  for (const [tenantId, mark] of [
    [alpha, 'A'],
    [beta, 'B'],
  ] as const) {
    await fillTenant(store, tenantId, mark)
    await query(database, `insert into "Later" select $1, n from generate_series(1, 7) n`, [tenantId])
  }
  await finishAll(opened)
  const before = { alpha: await countAll(opened, alpha), beta: await countAll(opened, beta) }
  for (const [table, count] of Object.entries(before.alpha)) assert.ok(count && count > 0, `${table} was not filled`)
  const erasure = await eraseTenant(contextOf(opened), await findTenant({ store }, 'alpha'), {
    portion: 3,
    noticeMs: 0,
  })
  // Deleting tasks writes counters, which go too.
  const { task_counts: counters = 0, ...rows } = erasure.rows
  const { task_counts: countersBefore = 0, ...rowsBefore } = before.alpha
  assert.deepEqual(rows, rowsBefore)
  assert.ok(counters >= countersBefore)
  assert.deepEqual([erasure.tenant, erasure.canceled, erasure.removed], [{ id: alpha, name: 'alpha' }, 0, true])
  for (const [table, count] of Object.entries(await countAll(opened, alpha))) assert.equal(count, 0, table)
  assert.deepEqual(await countAll(opened, beta), before.beta)
  await assert.rejects(findTenant({ store }, 'alpha'), { code: 'NOT_FOUND', message: /only beta, default/ })
})

test('a tenant with unfinished tasks is refused, or they are canceled first and their followers see it', async () => {
  await using opened = await openTestStore()
  const { database } = opened
  const held = heldAgent()
  await using platform = await startPlatform({ agents: [held.agent], database })
  const { result } = await platform.rpc('message/send', soon(to(held.agent.name)))
  await held.started
  const tenant = await findTenant(opened, 'default')
  const before = await countAll(opened, defaultTenantId)
  await assert.rejects(eraseTenant(contextOf(opened), tenant, { noticeMs: 0 }), { code: 'CONFLICT' })
  assert.deepEqual(await countAll(opened, defaultTenantId), before)
  const follow = { method: 'tasks/resubscribe', params: { id: result.id } }
  const reader = frames(platform.url, follow)
  await reader.next()
  const seen = Array.fromAsync(reader)
  // The follower reads the end in its own time, and the rows wait for that.
  const erased = eraseTenant(contextOf(opened), tenant, { force: true, noticeMs: 6_000 })
  assert.deepEqual((await seen).map(kindOf), ['canceled'])
  const { canceled, removed } = await erased
  assert.deepEqual([canceled, removed], [1, false])
  assert.deepEqual(new Set(Object.values(await countAll(opened, defaultTenantId))), new Set([0]))
  // What the agent still writes is refused, and the tenant serves again.
  held.tell(ctx => ctx.reply('too late'))
  await held.ended
  const again = await platform.rpc('tasks/get', { id: result.id })
  assert.equal(again.error.code, -32001)
})

test('an erasure that was interrupted goes on with the next one', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const tenantId = await addTenant(store, 'alpha')
  await fillTenant(store, tenantId, 'A')
  await finishAll(opened)
  const stop = new AbortController()
  const interrupted = eraseTenant(contextOf(opened, stop.signal), await findTenant({ store }, 'alpha'), {
    portion: 1,
    noticeMs: 0,
    onProgress: table => table === 'task_events' && stop.abort(),
  })
  await assert.rejects(interrupted, { name: 'AbortError' })
  const left = await countAll(opened, tenantId)
  assert.ok(left.task_events && left.task_events > 0)
  const { rows } = await eraseTenant(contextOf(opened), await findTenant({ store }, 'alpha'), { noticeMs: 0 })
  assert.deepEqual(rows, left)
})

test('a task that comes while its tenant is erased does not stay by halves', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const tenantId = await addTenant(store, 'alpha')
  await fillTenant(store, tenantId, 'A')
  await finishAll(opened)
  let late: Promise<unknown> = Promise.resolve()
  const onProgress = (table: string) => {
    if (table !== 'blobs') return
    const task = markedTask('late', { id: newId() })
    late = store.write(tenantId, tx => insertTasks(tx, tenantId, [serializeTask(task)]))
  }
  await eraseTenant(contextOf(opened), await findTenant({ store }, 'alpha'), { noticeMs: 0, onProgress })
  await late
  const { tasks, task_events: events, task_messages: messages } = await countAll(opened, tenantId)
  assert.ok((tasks === 0 && events === 0 && messages === 0) || (tasks === 1 && events === 4 && messages === 1))
})
