import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { findTask, findTaskRow, type TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskRow } from '../store/tasks.ts'
import { insertSnapshotFiles } from './inline-files.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The same answer for a task that is not there and for one that belongs to somebody else. */
export const taskNotFound = () => new PlatformError('TASK_NOT_FOUND', 'Task not found')

/** How far a task of the principal is. Throws TASK_NOT_FOUND. */
export async function peekTask(
  { store }: Context,
  { tenantId, id: principal }: Principal,
  taskId: string,
): Promise<TaskRow> {
  if (!uuid.test(taskId)) throw taskNotFound()
  const row = await store.read(tenantId, tx => findTaskRow(tx, { tenantId, principal, id: taskId }))
  if (!row) throw taskNotFound()
  return row
}

/** A task of the principal with its `messageLimit` newest messages. Throws TASK_NOT_FOUND. */
export async function getTask(
  ctx: Context,
  { tenantId, id: principal }: Principal,
  taskId: string,
  messageLimit: number,
): Promise<TaskSnapshot> {
  if (!uuid.test(taskId)) throw taskNotFound()
  const snapshot = await ctx.store.read(tenantId, tx => findTask(tx, { tenantId, principal, id: taskId, messageLimit }))
  if (!snapshot) throw taskNotFound()
  const [complete] = await insertSnapshotFiles(fn => ctx.store.read(tenantId, fn), tenantId, [snapshot])
  return complete ?? snapshot
}
