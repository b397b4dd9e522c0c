import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../context.ts'
import { claimNow } from '../operations/work/claim.ts'
import type { ActingWorker } from '../operations/work/worker-of.ts'
import { presentClaimed } from '../present/claimed-task.ts'
import { runId } from '../present/run.ts'

/**
 * Claims a task by its id, as workers do that were told of it by `task_available`. Throws CONFLICT if it is not there for this
 * worker: taken, ended, meant for others, or unknown, which is all the same to it.
 */
export async function claimOne(ctx: Context, worker: ActingWorker, taskId: string) {
  const [task] = await claimNow(ctx, worker, { room: 1, taskId })
  if (!task) throw new PlatformError('CONFLICT', 'the task is not to be had', { metadata: { taskId } })
  const shown = presentClaimed(task, ctx.config.work.leaseMs)
  return {
    success: true,
    task_id: taskId,
    worker_id: worker.workerId,
    run_id: runId(task),
    message: 'the task is yours',
    task_timeout_seconds: task.timeLimitSeconds,
    checkpoint: task.checkpoint,
    tasks: [shown],
  }
}
