import { setTimeout as delay } from 'node:timers/promises'
import { PlatformError } from '@codetether/protocol/errors'
import { isTerminal, taskStates } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import { changeTask } from '../store/change-task.ts'
import { eraseRows, findTenantTables, findUnfinished, type TenantTable } from '../store/erasure.ts'
import { listTenants, removeTenant, type Tenant } from '../store/tenants.ts'
import { planEvents } from './plan-events.ts'

/** What erasing needs of the server: the command line does it. */
export type ErasureContext = Pick<Context, 'store' | 'stopping'>

/** The record of an erasure. */
export interface Erasure {
  tenant: Tenant
  erasedAt: Date
  /** Table → rows that were deleted by this call. */
  rows: Record<string, number>
  /** Tasks that were canceled first. */
  canceled: number
  /** False for the default tenant, which stays, without rows. */
  removed: boolean
}

export interface ErasureOptions {
  /** Cancel what is unfinished instead of refusing. */
  force?: boolean
  /** Rows of one transaction. */
  portion?: number
  /** How long those who follow a canceled task have to see its end before its log goes. */
  noticeMs: number
  onProgress?: (table: string, rows: number) => void
}

const firstId = '00000000-0000-0000-0000-000000000000'
const unfinishedStates = taskStates.filter(state => !isTerminal(state))

/** Finds a tenant. Throws NOT_FOUND. */
export async function findTenant({ store }: Pick<Context, 'store'>, name: string): Promise<Tenant> {
  const tenants = await store.system(listTenants)
  const found = tenants.find(tenant => tenant.name === name)
  if (found) return found
  throw new PlatformError('NOT_FOUND', `there is no tenant ${name}, only ${tenants.map(t => t.name).join(', ')}`)
}

/**
 * Deletes every row of a tenant, in portions. What is interrupted goes on with the next call. Throws CONFLICT while tasks
 * are unfinished, unless forced.
 */
export async function eraseTenant(
  ctx: ErasureContext,
  tenant: Tenant,
  { force = false, portion = 5_000, noticeMs, onProgress = () => {} }: ErasureOptions,
): Promise<Erasure> {
  const canceled = force ? await cancelAll(ctx, tenant) : 0
  await assertFinished(ctx, tenant)
  // The last thing that those who follow a canceled task see is its end.
  if (canceled > 0) await delay(noticeMs, undefined, { signal: ctx.stopping })
  const rows = await eraseTables(ctx, { tenantId: tenant.id, portion, onProgress })
  const { at, removed } = await ctx.store.system(tx => removeTenant(tx, tenant.id))
  // What a server has still let in behind the last look.
  const late = await eraseTables(ctx, { tenantId: tenant.id, portion, onProgress })
  for (const [table, count] of Object.entries(late)) rows[table] = (rows[table] ?? 0) + count
  return { tenant, erasedAt: at, rows, canceled, removed }
}

async function eraseTables(
  ctx: ErasureContext,
  { onProgress, ...erasing }: EraseTables & { onProgress: (table: string, rows: number) => void },
): Promise<Record<string, number>> {
  const tables = await ctx.store.system(findTenantTables)
  const rows = Object.fromEntries(tables.map(({ name }) => [name, 0]))
  // Again until there is nothing: a task that came in between must not stay with half of its rows.
  for (let inRound = -1; inRound !== 0; ) {
    inRound = 0
    for (const table of tables)
      for await (const erased of erasePortions(ctx, table, erasing)) {
        inRound += erased
        rows[table.name] = (rows[table.name] ?? 0) + erased
        onProgress(table.name, rows[table.name] ?? 0)
      }
  }
  return rows
}

interface EraseTables {
  tenantId: string
  portion: number
}

/** Deletes a tenant's rows from a table. Yields how many with each portion. */
async function* erasePortions(
  { store, stopping }: ErasureContext,
  table: TenantTable,
  { tenantId, portion }: EraseTables,
): AsyncGenerator<number, void, undefined> {
  for (let erased = portion; erased === portion; ) {
    stopping.throwIfAborted()
    erased = await store.system(tx => eraseRows(tx, table, { tenantId, limit: portion }))
    if (erased > 0) yield erased
  }
}

async function assertFinished({ store }: ErasureContext, { id: tenantId, name }: Tenant): Promise<void> {
  const found = await store.system(tx => findUnfinished(tx, { tenantId, after: firstId, limit: 1 }))
  if (found.length > 0) throw new PlatformError('CONFLICT', `the tenant ${name} has unfinished tasks`)
}

/** Ends what is unfinished: the attempts that run lose their leases. @returns how many tasks. */
async function cancelAll({ store, stopping }: ErasureContext, { id: tenantId }: Tenant): Promise<number> {
  const plan = planEvents([{ kind: 'status', state: 'canceled' }], 'system')
  let canceled = 0
  for (let ids = [firstId]; ids.length > 0; ) {
    const after = ids.at(-1) ?? firstId
    ids = await store.system(tx => findUnfinished(tx, { tenantId, after, limit: 100 }))
    for (const taskId of ids) {
      stopping.throwIfAborted()
      const change = { taskId, plan, from: unfinishedStates, lease: 'give up' } as const
      if (await store.write(tenantId, tx => changeTask(tx, tenantId, change))) canceled++
    }
  }
  return canceled
}
