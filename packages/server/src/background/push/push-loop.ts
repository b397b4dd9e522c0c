import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { claimPushes } from '../../store/push-deliveries.ts'
import { createHostBreaker } from './host-breaker.ts'
import { sendLetters } from './send-letters.ts'
import { type Sending, sendPending } from './send-pending.ts'

/**
 * Sends push notifications whenever some are said to wait, and looks for others from time to time. When the server stops,
 * requests that are under way have a moment to end.
 */
export function startPushing(ctx: Context): AsyncDisposable {
  const end = new AbortController()
  const stop = AbortSignal.any([end.signal, ctx.stopping])
  const cut = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const after = (ms: number, fn: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      fn()
    }, ms)
    timers.add(timer)
  }
  const sending: Sending = {
    ctx,
    // Never longer than one notification waits for its next attempt.
    breaker: createHostBreaker(Math.min(limits.pushBreakerMs, Math.max(...ctx.config.push.retrySeconds) * 1000)),
    leaseSeconds: (ctx.config.push.timeoutMs + limits.pushLeaseMs) / 1000,
    signal: cut.signal,
    wakeIn(seconds) {
      if (seconds * 1000 < limits.pushPollMs) after(seconds * 1000, () => ctx.pushes.wake())
    },
  }
  stop.addEventListener('abort', () => after(limits.gracefulStopMs / 2, () => cut.abort()), { once: true })
  const running = run(sending, stop)
  return {
    async [Symbol.asyncDispose]() {
      end.abort()
      await running
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** Takes as much as there is room for. What is under way ends before the promise does. */
async function run(sending: Sending, stop: AbortSignal): Promise<void> {
  const { ctx, leaseSeconds } = sending
  const active = new Set<Promise<void>>()
  let letters: Promise<void> | null = null
  let isFull = false
  const start = (what: string, job: Promise<void>): void => {
    const work = job
      .catch((error: unknown) => ctx.log.error({ err: error }, what))
      .finally(() => {
        active.delete(work)
        if (isFull) ctx.pushes.wake()
      })
    active.add(work)
  }
  while (!stop.aborted) {
    const limit = limits.pushSenders - active.size
    const claim = { owner: ctx.instanceId, leaseSeconds, limit }
    const claimed = limit > 0 ? await ctx.store.system(tx => claimPushes(tx, claim)).catch(logged(ctx)) : []
    isFull = claimed.length >= limit
    for (const push of claimed) start('push notifications could not be sent', sendPending(sending, push))
    letters ??= sendLetters(sending)
      .catch((error: unknown) => ctx.log.error({ err: error }, 'dead letters could not be sent'))
      .finally(() => {
        letters = null
      })
    await ctx.pushes.next(limits.pushPollMs, stop)
  }
  await Promise.all([...active, letters])
}

const logged =
  ({ log }: Context) =>
  (error: unknown): never[] => {
    log.error({ err: error }, 'push notifications could not be looked for')
    return []
  }
