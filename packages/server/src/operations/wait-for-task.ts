import { limits } from '@codetether/protocol/limits'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { getTask } from './get-task.ts'

/** Waits, if told to, until a task has ended or asks its caller something, at most the configured time. */
export async function waitForTask(
  ctx: Context,
  principal: Principal,
  { taskId, wait, signal }: { taskId: string; wait: boolean; signal: AbortSignal },
): Promise<TaskSnapshot> {
  using hints = ctx.hints.subscribe(taskId)
  const stop = AbortSignal.any([signal, ctx.stopping, AbortSignal.timeout(ctx.config.blockingMs)])
  for (;;) {
    const snapshot = await getTask(ctx, principal, taskId, limits.historyLength)
    const { state } = snapshot.task
    if (!wait || isTerminal(state) || isInterrupted(state) || stop.aborted) return snapshot
    await hints.next(limits.streamPollMs, stop)
  }
}
