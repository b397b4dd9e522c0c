import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { type ClaimedPush, claimPushes, findWaitingHolders } from '../../store/push-deliveries.ts'
import { createHostBreaker } from './host-breaker.ts'
import { sendPending } from './send-pending.ts'
import { createSenders, type Senders } from './senders.ts'
import type { Sending } from './sending.ts'

/**
 * Sends push notifications whenever some are said to wait, and looks for others from time to time. When the server stops,
 * requests that are under way have a moment to end.
 */
export function startPushing(ctx: Context): AsyncDisposable {
  const end = new AbortController()
  const stop = AbortSignal.any([end.signal, ctx.stopping])
  const cut = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  // Timers of a busy loop end early: one that did would find nothing due, and the poll is far away.
  const at = (time: number, fn: () => void) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        if (performance.now() < time) at(time, fn)
        else fn()
      },
      Math.ceil(time - performance.now()),
    )
    timers.add(timer)
  }
  const after = (ms: number, fn: () => void) => at(performance.now() + ms, fn)
  const sending: Sending = {
    ctx,
    // Never longer than one notification waits for its next attempt.
    breaker: createHostBreaker(Math.min(limits.pushBreakerMs, Math.max(...ctx.config.push.retrySeconds) * 1000)),
    leaseSeconds: (ctx.config.push.timeoutMs + limits.pushLeaseMs) / 1000,
    signal: cut.signal,
    wakeIn(seconds) {
      // The database rounds its times to milliseconds.
      if (seconds * 1000 < limits.pushPollMs) after(seconds * 1000 + 1, () => ctx.pushes.wake())
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
  const { ctx } = sending
  const senders = createSenders(limits.pushSenders)
  const active = new Set<Promise<void>>()
  let isFull = false
  const start = (push: ClaimedPush): void => {
    senders.take(push)
    const turn = sendPending(sending, push)
      .catch((error: unknown) => ctx.log.error({ err: error }, 'push notifications could not be sent'))
      .finally(() => {
        active.delete(turn)
        senders.giveBack(push)
        if (isFull) ctx.pushes.wake()
      })
    active.add(turn)
  }
  while (!stop.aborted) {
    const { claimed, isCut } = await claim(sending, senders).catch((error: unknown) => {
      ctx.log.error({ err: error }, 'push notifications could not be looked for')
      return { claimed: [], isCut: false }
    })
    isFull = isCut
    for (const push of claimed) start(push)
    await ctx.pushes.next(limits.pushPollMs, stop)
  }
  await Promise.all(active)
}

/** Takes what waits, for each holder as much as it may have. `isCut`: somebody perhaps has more. */
const claim = ({ ctx, leaseSeconds }: Sending, senders: Senders) =>
  ctx.store.system(async tx => {
    const holders = await findWaitingHolders(tx)
    const rooms = senders.deal(holders)
    const taken = await Promise.all(
      holders.map(async (holder, index) => {
        const limit = rooms[index] ?? 0
        return limit === 0 ? [] : await claimPushes(tx, { owner: ctx.instanceId, leaseSeconds, holder, limit })
      }),
    )
    return { claimed: taken.flat(), isCut: taken.some(({ length }, index) => length === rooms[index]) }
  })
