import { PlatformError } from '@codetether/protocol/errors'
import { isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import type { WorkRow } from '../../store/read-work.ts'
import { cancelTask } from '../cancel-task.ts'
import { getWork } from './get-work.ts'

/** Cancels a task; one that is canceled already stays so. Throws TASK_NOT_FOUND, or CONFLICT for one that has ended otherwise. */
export async function cancelWork(ctx: Context, principal: Principal, id: string): Promise<WorkRow> {
  const task = await getWork(ctx, principal, id)
  if (!isTerminal(task.state))
    await cancelTask(ctx, principal, task.id).catch((error: unknown) => {
      // It has ended since: the answer tells how.
      if (!(error instanceof PlatformError && error.code === 'TASK_NOT_CANCELABLE')) throw error
    })
  const now = await getWork(ctx, principal, id)
  if (now.state === 'canceled') return now
  throw new PlatformError('CONFLICT', `the task is ${now.state}`, { metadata: { taskId: now.id, state: now.state } })
}
