import type { Context } from '../context.ts'
import { promoteNext } from '../store/leases.ts'

/** A task of a serial agent is out of its line: the next one may run. */
export async function leaveLine(ctx: Context, task: { tenantId: string; id: string }): Promise<void> {
  await ctx.store
    .system(tx => promoteNext(tx, task.tenantId, task.id))
    // It is found later: see `putOffSeconds`.
    .catch((error: unknown) => ctx.log.warn({ err: error, taskId: task.id }, 'the next in line could not be called'))
  ctx.work.wakeHere()
}
