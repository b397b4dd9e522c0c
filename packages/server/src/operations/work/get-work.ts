import { isUuid } from '@codetether/protocol/uuid'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findWork, type WorkRow } from '../../store/read-work.ts'
import { taskNotFound } from '../get-task.ts'
import { withStandings } from './standing.ts'

/** A task of workers, and, while it waits, who may take it now. Throws TASK_NOT_FOUND, also for somebody else's. */
export async function getWork(ctx: Context, { tenantId, id: principal }: Principal, id: string): Promise<WorkRow> {
  const row = isUuid(id) ? await ctx.store.read(tenantId, tx => findWork(tx, { tenantId, principal, id })) : null
  if (!row) throw taskNotFound()
  const [task = row] = await withStandings(ctx, tenantId, [row])
  return task
}
