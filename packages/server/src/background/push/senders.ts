import type { PushHolder } from '../../store/push-deliveries.ts'

/** How many senders each holder has, of those of a process. */
export interface Senders {
  /**
   * How many more each of those who wait may have, dealt out one by one in their order. Nobody gets more than remain free
   * for all others, and a tenant not more than twice as many: whoever keeps senders busy leaves room for those who come.
   */
  deal(waiting: readonly PushHolder[]): number[]
  take(holder: PushHolder): void
  giveBack(holder: PushHolder): void
}

export function createSenders(size: number): Senders {
  const held = new Map<string, number>()
  let free = size
  const of = (key: string): number => held.get(key) ?? 0
  const change = (by: number, { tenantId, principal }: PushHolder): void => {
    free -= by
    for (const key of [tenantId, principalKey(tenantId, principal)])
      if (of(key) + by === 0) held.delete(key)
      else held.set(key, of(key) + by)
  }
  const mayTake = ({ tenantId, principal }: PushHolder): boolean =>
    of(principalKey(tenantId, principal)) < free && of(tenantId) < 2 * free
  return {
    deal(waiting) {
      const rooms = waiting.map(() => 0)
      for (let isMore = true; isMore; ) {
        isMore = false
        for (const [index, holder] of waiting.entries()) {
          if (!mayTake(holder)) continue
          change(1, holder)
          rooms[index] = (rooms[index] ?? 0) + 1
          isMore = true
        }
      }
      // Dealt, not taken: perhaps less waits than there is room for.
      for (const [index, holder] of waiting.entries()) change(-(rooms[index] ?? 0), holder)
      return rooms
    },
    take: holder => change(1, holder),
    giveBack: holder => change(-1, holder),
  }
}

const principalKey = (tenantId: string, principal: string): string => `${tenantId} ${principal}`
