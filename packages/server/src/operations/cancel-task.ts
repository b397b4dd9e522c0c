import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import type { TaskRow } from '../store/tasks.ts'
import { applyEvents } from './apply-events.ts'
import { getTask } from './get-task.ts'
import { leaveLine } from './leave-line.ts'

/** Ends a task and stops its agent. Throws TASK_NOT_FOUND, or TASK_NOT_CANCELABLE when it has ended already. */
export async function cancelTask(ctx: Context, principal: Principal, taskId: string): Promise<void> {
  const { task } = await getTask(ctx, principal, taskId, 0)
  const row = await applyEvents(ctx, {
    tenantId: principal.tenantId,
    principal: principal.id,
    taskId: task.id,
    actor: principal.id,
    events: [{ kind: 'status', state: 'canceled' }],
  })
  if (!row) {
    const { task: now } = await getTask(ctx, principal, taskId, 0)
    throw new PlatformError('TASK_NOT_CANCELABLE', `the task is ${now.state}`, { metadata: { state: now.state } })
  }
  await afterCancel(ctx, row)
}

/** Stops whoever runs a task that was canceled, and lets the next in its line go on. */
export async function afterCancel(ctx: Context, task: TaskRow): Promise<void> {
  const { id: taskId, tenantId, lane, workerId, serialKey } = task
  if (lane === null) ctx.running.abort(taskId, new Error('the task was canceled'))
  else if (workerId !== null) ctx.workers.tell({ tenantId, workerId }, { kind: 'task_cancelled', taskId })
  if (serialKey !== null) await leaveLine(ctx, task)
}
