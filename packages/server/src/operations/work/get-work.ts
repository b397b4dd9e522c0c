import { isUuid } from '@codetether/protocol/uuid'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findWork, type WorkRow } from '../../store/read-work.ts'
import { taskNotFound } from '../get-task.ts'

/** A task of workers. Throws TASK_NOT_FOUND, also for somebody else's. */
export async function getWork(
  { store }: Context,
  { tenantId, id: principal }: Principal,
  id: string,
): Promise<WorkRow> {
  const row = isUuid(id) ? await store.read(tenantId, tx => findWork(tx, { tenantId, principal, id })) : null
  if (!row) throw taskNotFound()
  return row
}
