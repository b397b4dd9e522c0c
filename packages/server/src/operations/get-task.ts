import { PlatformError } from '@codetether/protocol/errors'
import { isUuid } from '@codetether/protocol/uuid'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { findTask, findTaskRow, type TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskRow } from '../store/tasks.ts'
import { insertSnapshotFiles } from './inline-files.ts'

/** The same answer for a task that is not there and for one that belongs to somebody else. */
export const taskNotFound = () => new PlatformError('TASK_NOT_FOUND', 'Task not found')

/** At the address of an agent, tasks of others are not there. */
const isElsewhere = ({ agent }: Principal, task: TaskRow): boolean => agent !== undefined && task.agent !== agent

/** How far a task of the principal is. Throws TASK_NOT_FOUND. */
export async function peekTask({ store }: Context, caller: Principal, taskId: string): Promise<TaskRow> {
  const { tenantId, id: principal } = caller
  if (!isUuid(taskId)) throw taskNotFound()
  const row = await store.read(tenantId, tx => findTaskRow(tx, { tenantId, principal, id: taskId }))
  if (!row || isElsewhere(caller, row)) throw taskNotFound()
  return row
}

/** A task of the principal with its `messageLimit` newest messages. Throws TASK_NOT_FOUND. */
export async function getTask(
  ctx: Context,
  caller: Principal,
  taskId: string,
  messageLimit: number,
): Promise<TaskSnapshot> {
  const { tenantId, id: principal } = caller
  if (!isUuid(taskId)) throw taskNotFound()
  const snapshot = await ctx.store.read(tenantId, tx => findTask(tx, { tenantId, principal, id: taskId, messageLimit }))
  if (!snapshot || isElsewhere(caller, snapshot.task)) throw taskNotFound()
  const [complete] = await insertSnapshotFiles(fn => ctx.store.read(tenantId, fn), tenantId, [snapshot])
  return complete ?? snapshot
}
