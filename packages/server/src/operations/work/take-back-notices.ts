import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { findNoticed } from '../../store/waiting-work.ts'
import { applyEvents } from '../apply-events.ts'

/** A worker has not registered before so many callers know: what is said of the tasks behind them ends when they run. */
const mostRounds = 5

/**
 * Tells the callers of tasks which nobody could take that a worker may take them now. One that is taken meanwhile has said so by that.
 */
export async function takeBackNotices(ctx: Context, worker: { tenantId: string; workerId: string }): Promise<void> {
  const { tenantId, workerId } = worker
  for (let round = 0; round < mostRounds; round += 1) {
    const ids = await ctx.store.read(tenantId, tx =>
      findNoticed(tx, { tenantId, workerId, limit: limits.reportsPerCall }),
    )
    await Promise.all(
      ids.map(taskId =>
        applyEvents(ctx, {
          ...{ tenantId, taskId, actor: 'system', from: ['submitted'] },
          events: [{ kind: 'status', state: 'submitted' }],
          lease: 'keep',
        }),
      ),
    )
    if (ids.length < limits.reportsPerCall) return
  }
}
