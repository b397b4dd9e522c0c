import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { findHeldWork, type WorkHold } from '../../store/work-leases.ts'
import { takeReports } from './report.ts'
import type { ActingWorker } from './worker-of.ts'

/** Puts tasks of a worker back into the queue, as it could do itself. @returns how many it still held. */
export async function giveBack(ctx: Context, worker: ActingWorker, holds: readonly WorkHold[]): Promise<number> {
  const outcomes = await takeReports(
    ctx,
    worker,
    holds.map(({ taskId, attempt, token }) => ({
      ...{ task_id: taskId, attempt, lease_token: token, worker_seq: null, output: [] },
      finish: { status: 'released', retry: false },
    })),
  )
  return outcomes.filter(outcome => outcome.ok).length
}

/** The same for all that a worker holds. */
export async function giveBackAll(ctx: Context, worker: ActingWorker): Promise<number> {
  for (let sum = 0; ; ) {
    const held = await ctx.store.read(worker.tenantId, tx =>
      findHeldWork(tx, { ...worker, limit: limits.reportsPerCall }),
    )
    if (held.length === 0) return sum
    sum += await giveBack(ctx, worker, held)
  }
}
