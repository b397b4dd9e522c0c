import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskRow } from '../store/tasks.ts'
import { getTask, peekTask } from './get-task.ts'

interface Wait {
  taskId: string
  signal: AbortSignal
}

/** Waits until a task has ended or asks its caller something, `ms` at most. @returns it as it is then. */
export const waitForTask = (ctx: Context, principal: Principal, wait: Wait & { ms: number }): Promise<TaskSnapshot> =>
  waitUntil(ctx, principal, {
    ...wait,
    isReached: ({ state }) => isTerminal(state) || isInterrupted(state),
  })

/**
 * Waits until a task has a later generation than the caller's, or has ended and will have none, at most `ms` and the
 * configured time. Throws INVALID_PARAMS for a generation that the task has not reached.
 */
export const waitForChange = (
  ctx: Context,
  principal: Principal,
  { generation, ms, ...wait }: Wait & { generation: number; ms: number | null },
): Promise<TaskSnapshot> =>
  waitUntil(ctx, principal, {
    ...wait,
    ms: Math.min(ms ?? ctx.config.blockingMs, ctx.config.blockingMs),
    isReached: task => {
      if (generation > task.generation)
        throw new PlatformError('INVALID_PARAMS', `the task has no generation ${generation}`, {
          metadata: { generation: task.generation },
        })
      return generation < task.generation || isTerminal(task.state)
    },
  })

async function waitUntil(
  ctx: Context,
  principal: Principal,
  { taskId, signal, ms, isReached }: Wait & { ms: number; isReached: (task: TaskRow) => boolean },
): Promise<TaskSnapshot> {
  using hints = ctx.hints.subscribe({ tenantId: principal.tenantId, taskId })
  // Not AbortSignal.timeout, which keeps its memory for a minute after an answer that took a millisecond.
  const late = new AbortController()
  const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => late.abort(), ms)
  const stop = AbortSignal.any([signal, ctx.stopping, late.signal])
  try {
    // Only the row until then: the whole task at each of its chunks would be read in the square of their number.
    while (!isReached(await peekTask(ctx, principal, taskId)) && !stop.aborted)
      await hints.next(limits.streamPollMs, stop)
    return await getTask(ctx, principal, taskId, limits.historyLength)
  } finally {
    clearTimeout(timer)
  }
}
