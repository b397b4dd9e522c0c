import type { Context } from '../context.ts'
import type { TaskRow } from '../store/tasks.ts'

/** Wakes whoever may take a task that waits: workers, or the processes that host its agent. */
export const wakeTakers = (ctx: Context, { tenantId, lane }: TaskRow): void => {
  if (lane === null) ctx.work.wake()
  else ctx.workers.wake({ tenantId, lane })
}
