import type { Context } from '../context.ts'
import { promoteNext } from '../store/leases.ts'
import type { TaskRow } from '../store/tasks.ts'

/** A task is out of its line: the next one may run. */
export async function leaveLine(ctx: Context, task: Pick<TaskRow, 'tenantId' | 'id'>): Promise<void> {
  const next = await ctx.store
    .system(tx => promoteNext(tx, task.tenantId, task.id))
    // It is found later: see `putOffSeconds`.
    .catch((error: unknown) => ctx.log.warn({ err: error, taskId: task.id }, 'the next in line could not be called'))
  if (next?.lane != null) ctx.workers.wake({ tenantId: task.tenantId, lane: next.lane })
  else ctx.work.wakeHere()
}
