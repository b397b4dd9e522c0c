import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sweepPushOrphans } from '@codetether/server/background/sweep-pushes'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { type RpcBody, startPlatform } from '../platform.ts'
import { addTenant, fillTenant, openTestStore, type TestStore } from '../tenants.ts'

const never = new AbortController().signal

/** How many configs and dead letters a tenant has. */
const countsOf = async ({ database }: TestStore, tenantId: string): Promise<number[]> => {
  const [row] = await query<RpcBody>(
    database,
    `select (select count(*)::int from push_configs where tenant_id = $1) as configs,
       (select count(*)::int from push_dead_letters where tenant_id = $1) as letters`,
    [tenantId],
  )
  return [row.configs, row.letters]
}

test('configs without a task and dead letters without a config are swept, in portions, and all others stay', async () => {
  await using opened = await openTestStore()
  const { store, database } = opened
  const tenants = await Promise.all(Array.from({ length: 12 }, (_, n) => addTenant(store, `tenant-${n}`)))
  await Promise.all(tenants.map((tenantId, n) => fillTenant(store, tenantId, `mark ${n}`)))
  const kindOf = (kind: number) => tenants.filter((_, n) => n % 3 === kind)
  // What an older program deletes, and letters that were written while their config was deleted.
  await query(database, 'delete from tasks where tenant_id = any ($1)', [kindOf(0)])
  await query(database, 'delete from push_configs where tenant_id = any ($1)', [kindOf(1)])
  const ctx = { store, stopping: never }
  assert.equal(await sweepPushOrphans(ctx, 3), 3 * 4)
  for (const tenantId of [...kindOf(0), ...kindOf(1)]) assert.deepEqual(await countsOf(opened, tenantId), [0, 0])
  for (const tenantId of kindOf(2)) assert.deepEqual(await countsOf(opened, tenantId), [1, 1])
  assert.equal(await sweepPushOrphans(ctx), 0)
})

test('a server sweeps when it starts', async () => {
  await using opened = await openTestStore()
  const tenantId = await addTenant(opened.store, 'alpha')
  await fillTenant(opened.store, tenantId, 'mark')
  await query(opened.database, 'delete from tasks where tenant_id = $1', [tenantId])
  await using _platform = await startPlatform({ database: opened.database })
  await waitUntil('they are gone', async () => (await countsOf(opened, tenantId)).every(count => count === 0))
})
