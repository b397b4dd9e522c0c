import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import {
  advancePush,
  buryPush,
  type ClaimedPush,
  deleteClaimedPush,
  disablePush,
  postponePush,
  releasePush,
} from '../../store/push-deliveries.ts'
import { readEvents } from '../../store/read-events.ts'
import { attempt } from './attempt.ts'
import type { Delivery } from './deliver-push.ts'
import { sendRetries } from './send-retries.ts'
import { hostOf, type Sending } from './sending.ts'

const jittered = (seconds: number): number => seconds * (0.8 + 0.4 * Math.random())

/**
 * The turn of one configuration: sends what waits in order, until something fails or others should have their turn. What
 * shall be sent once more comes first, because it is older.
 */
export async function sendPending(sending: Sending, push: ClaimedPush): Promise<void> {
  const { ctx } = sending
  let { sentSeq, failures } = push
  let sends = 0
  if (push.retryToken !== null) {
    const retried = await sendRetries(sending, push)
    if (retried === 'lost') return
    // One that is disabled was taken for its dead letters alone.
    if (retried === 'over' || push.isDisabled) return giveBack(ctx, push, sentSeq)
    sends = retried
  }
  for (;;) {
    const { tenantId, taskId } = push
    const part = await ctx.store.system(tx => readEvents(tx, { tenantId, taskId, afterSeq: sentSeq }))
    if (!part) return ctx.store.system(tx => deleteClaimedPush(tx, push))
    if (part.events.length === 0) return finish(sending, push, sentSeq)
    for (const event of part.events) {
      if (event.generation !== null) {
        const isOver = sends++ >= limits.pushesPerTurn || ctx.stopping.aborted
        if (isOver) return giveBack(ctx, push, sentSeq)
        const next = await sendOne(sending, push, { event, sentSeq, failures })
        if (next === null) return
        failures = next
      }
      sentSeq = event.seq
    }
    if (!part.more) return finish(sending, push, sentSeq)
  }
}

/** Everything that the log has is sent. What waited and is not in it was deleted before it could be sent. */
async function finish({ ctx, leaseSeconds }: Sending, push: ClaimedPush, sentSeq: number): Promise<void> {
  const { pendingSeq: seq, failures } = push
  const reason = 'its events are not kept any more'
  if (sentSeq < seq)
    await ctx.store.system(tx => buryPush(tx, push, { seq, attempts: failures, failures, reason, leaseSeconds }))
  await giveBack(ctx, push, Math.max(sentSeq, seq))
}

/** Whoever has told of an event in the meantime has found the configuration taken. */
async function giveBack(ctx: Context, push: ClaimedPush, sentSeq: number): Promise<void> {
  const more = await ctx.store.system(tx => releasePush(tx, push, sentSeq))
  if (more) ctx.pushes.wake()
}

interface Next {
  event: LoggedEvent
  sentSeq: number
  failures: number
}

/** @returns the failures in a row by now, or null if the turn is over. */
async function sendOne(sending: Sending, push: ClaimedPush, next: Next): Promise<number | null> {
  const { ctx, breaker, leaseSeconds } = sending
  const { event, sentSeq, failures } = next
  const waitMs = breaker.waitMs(hostOf(push))
  if (waitMs > 0) {
    await ctx.store.system(tx => postponePush(tx, push, { failures, seconds: jittered(waitMs / 1000) }))
    return null
  }
  const delivery = await attempt(sending, push, event)
  if (delivery.kind === 'delivered') {
    const isHeld = await ctx.store.system(tx => advancePush(tx, push, { seq: event.seq, leaseSeconds }))
    return isHeld ? 0 : null
  }
  if (delivery.kind === 'gone') {
    await ctx.store.system(tx => disablePush(tx, push, { seq: sentSeq, reason: delivery.reason }))
    return null
  }
  if (sending.signal.aborted) {
    await giveBack(ctx, push, sentSeq)
    return null
  }
  return afterFailure(sending, push, next, delivery)
}

/** Later again, or never: a receiver that has used up its attempts gets one for each further event until it takes one. */
async function afterFailure(
  { ctx, leaseSeconds, wakeIn }: Sending,
  push: ClaimedPush,
  { event, failures: before }: Next,
  { reason, afterSeconds }: Extract<Delivery, { kind: 'failed' }>,
): Promise<number | null> {
  const failures = before + 1
  const delay = ctx.config.push.retrySeconds[before]
  if (delay !== undefined) {
    const seconds = Math.max(jittered(delay), afterSeconds)
    await ctx.store.system(tx => postponePush(tx, push, { failures, seconds }))
    wakeIn(seconds)
    return null
  }
  ctx.log.warn({ taskId: push.taskId, seq: event.seq, reason }, 'a push notification is given up')
  ctx.metrics.deadPushes.add({})
  // Failures count on behind an event that was given up, attempts are those of this one.
  const attempts = before > ctx.config.push.retrySeconds.length ? 1 : failures
  const letter = { seq: event.seq, attempts, failures, reason, leaseSeconds }
  return (await ctx.store.system(tx => buryPush(tx, push, letter))) ? failures : null
}
