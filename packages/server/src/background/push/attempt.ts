import { PlatformError } from '@codetether/protocol/errors'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { PushTarget } from '../../store/push-deliveries.ts'
import { type Delivery, deliverPush } from './deliver-push.ts'
import { hostOf, type Sending } from './sending.ts'

/** An attempt, counted. What fails on this side is a failure too, unless the database is away: then nobody can note it. */
export async function attempt(sending: Sending, target: PushTarget, event: LoggedEvent): Promise<Delivery> {
  const { ctx, breaker, signal } = sending
  const delivery = await deliverPush(ctx, target, event, signal).catch((error: unknown): Delivery => {
    if (error instanceof PlatformError && error.code === 'UNAVAILABLE') throw error
    ctx.log.error({ err: error, taskId: target.taskId }, 'a push notification could not be made')
    return { kind: 'failed', reason: 'it could not be made', afterSeconds: 0, isHostDown: false }
  })
  if (!signal.aborted) {
    breaker.report(hostOf(target), delivery.kind === 'failed' && delivery.isHostDown)
    ctx.metrics.pushes.add({ outcome: delivery.kind })
  }
  return delivery
}
