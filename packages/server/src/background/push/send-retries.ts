import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import type { ClaimedPush } from '../../store/push-deliveries.ts'
import { endRetries, findRetry, settleRetry } from '../../store/push-retries.ts'
import { readEvents } from '../../store/read-events.ts'
import { attempt } from './attempt.ts'
import type { Sending } from './sending.ts'

/**
 * Sends dead letters of a configuration once more that somebody wants to be sent, in order. What fails again stays one.
 * @returns how many were tried, `over` when others should have their turn, or `lost` with the lease.
 */
export async function sendRetries(sending: Sending, push: ClaimedPush): Promise<number | 'over' | 'lost'> {
  const { ctx, leaseSeconds } = sending
  for (let sends = 0; ; sends++) {
    const seq = await ctx.store.system(tx => findRetry(tx, push))
    if (seq === null) {
      await ctx.store.system(tx => endRetries(tx, push))
      return sends
    }
    if (sends === limits.pushesPerTurn || ctx.stopping.aborted) return 'over'
    const reason = await retry(sending, push, seq)
    if (sending.signal.aborted) return 'over'
    if (!(await ctx.store.system(tx => settleRetry(tx, push, { seq, leaseSeconds, reason })))) return 'lost'
  }
}

/** @returns why it could not be delivered, or null if it was. */
async function retry(sending: Sending, push: ClaimedPush, seq: number): Promise<string | null> {
  const event = await findEvent(sending.ctx, push, seq)
  if (!event) return 'its event is not kept any more'
  const delivery = await attempt(sending, push, event)
  return delivery.kind === 'delivered' ? null : delivery.reason
}

async function findEvent({ store }: Context, { tenantId, taskId }: ClaimedPush, seq: number) {
  const part = await store.system(tx => readEvents(tx, { tenantId, taskId, afterSeq: seq - 1 }))
  const first = part?.events[0]
  return first?.seq === seq ? first : null
}
