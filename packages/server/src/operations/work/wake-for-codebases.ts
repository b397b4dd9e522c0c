import type { Context } from '../../context.ts'
import { findWaitingLanes } from '../../store/lanes.ts'
import { takeBackNotices } from './take-back-notices.ts'

/** A worker has codebases now: what waits for them is offered, and nobody is told any more that it waits for a worker to register. */
export async function wakeForCodebases(
  ctx: Context,
  { tenantId, workerId }: { tenantId: string; workerId: string },
  codebaseIds: readonly string[],
): Promise<void> {
  ctx.workers.forget()
  const lanes = await ctx.store.read(tenantId, tx => findWaitingLanes(tx, tenantId, codebaseIds))
  for (const lane of lanes) ctx.workers.wake({ tenantId, lane })
  if (lanes.length > 0) await takeBackNotices(ctx, { tenantId, workerId })
}
