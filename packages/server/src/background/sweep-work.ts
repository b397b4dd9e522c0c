import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { failOverdue, recoverWork } from '../operations/work/recover.ts'
import { addSweep, type Swept } from '../store/sweeps.ts'

const nothing: Swept = { readied: 0, requeued: 0, givenUp: 0, overdue: 0 }

/** Puts back and fails what is due, and tells from time to time that it does, and of everything that it has done. */
export function createWorkSweep(ctx: Context): () => Promise<void> {
  let untold = nothing
  let toldAt = Number.NEGATIVE_INFINITY
  return async () => {
    const [recovered, overdue] = await Promise.all([recoverWork(ctx), failOverdue(ctx)])
    const { readied, requeued, givenUp } = recovered
    const now = {
      readied: untold.readied + readied,
      requeued: untold.requeued + requeued,
      givenUp: untold.givenUp + givenUp,
      overdue: untold.overdue + overdue,
    }
    untold = now
    const isNews = readied + requeued + givenUp + overdue > 0
    if (!isNews && performance.now() - toldAt < limits.sweepToldMs) return
    await ctx.store.system(tx => addSweep(tx, ctx.instanceId, now))
    untold = nothing
    toldAt = performance.now()
  }
}
