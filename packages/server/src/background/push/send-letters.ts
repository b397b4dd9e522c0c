import type { Context } from '../../context.ts'
import {
  type ClaimedLetter,
  claimDeadLetters,
  deleteDeadLetter,
  keepDeadLetter,
} from '../../store/push-dead-letters.ts'
import { readEvents } from '../../store/read-events.ts'
import { attempt, type Sending } from './send-pending.ts'

/** Dead letters that are taken at once: they are sent one after the other. */
const mostLetters = 20

/** Sends dead letters once more that somebody wants to be sent. What fails again stays one. */
export async function sendLetters(sending: Sending): Promise<void> {
  const { ctx, leaseSeconds } = sending
  const claim = { leaseSeconds: leaseSeconds * mostLetters, limit: mostLetters }
  const letters = await ctx.store.system(tx => claimDeadLetters(tx, claim))
  for (const letter of letters) {
    if (ctx.stopping.aborted) return
    await sendLetter(sending, letter)
  }
}

async function sendLetter(sending: Sending, letter: ClaimedLetter): Promise<void> {
  const { ctx } = sending
  const event = await findEvent(ctx, letter)
  if (!event) return ctx.store.system(tx => keepDeadLetter(tx, letter, 'its event is not kept any more'))
  const delivery = await attempt(sending, letter, event)
  if (delivery.kind === 'delivered') return ctx.store.system(tx => deleteDeadLetter(tx, letter))
  return ctx.store.system(tx => keepDeadLetter(tx, letter, delivery.reason))
}

async function findEvent({ store }: Context, { tenantId, taskId, seq }: ClaimedLetter) {
  const part = await store.system(tx => readEvents(tx, { tenantId, taskId, afterSeq: seq - 1 }))
  const first = part?.events[0]
  return first?.seq === seq ? first : null
}
