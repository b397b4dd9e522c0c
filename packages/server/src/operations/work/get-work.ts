import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findWork, type WorkRow } from '../../store/read-work.ts'
import { taskNotFound } from '../get-task.ts'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A task of workers. Throws TASK_NOT_FOUND, also for somebody else's. */
export async function getWork(
  { store }: Context,
  { tenantId, id: principal }: Principal,
  id: string,
): Promise<WorkRow> {
  const row = uuid.test(id) ? await store.read(tenantId, tx => findWork(tx, { tenantId, principal, id })) : null
  if (!row) throw taskNotFound()
  return row
}
