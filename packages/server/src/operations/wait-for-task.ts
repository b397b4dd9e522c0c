import { limits } from '@codetether/protocol/limits'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { getTask } from './get-task.ts'

/** Waits until a task has ended or asks its caller something, at most the configured time. @returns it as it is then. */
export async function waitForTask(
  ctx: Context,
  principal: Principal,
  { taskId, signal }: { taskId: string; signal: AbortSignal },
): Promise<TaskSnapshot> {
  using hints = ctx.hints.subscribe({ tenantId: principal.tenantId, taskId })
  // Not AbortSignal.timeout, which keeps its memory for a minute after an answer that took a millisecond.
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ctx.config.blockingMs)
  const stop = AbortSignal.any([signal, ctx.stopping, late.signal])
  try {
    for (;;) {
      const snapshot = await getTask(ctx, principal, taskId, limits.historyLength)
      const { state } = snapshot.task
      if (isTerminal(state) || isInterrupted(state) || stop.aborted) return snapshot
      await hints.next(limits.streamPollMs, stop)
    }
  } finally {
    clearTimeout(timer)
  }
}
