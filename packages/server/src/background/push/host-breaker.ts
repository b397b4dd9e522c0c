import { limits } from '@codetether/protocol/limits'

/** Leaves a host alone for a while when what is sent to it fails again and again. */
export interface HostBreaker {
  /** Milliseconds until the host may be tried again; 0 is now. Whoever gets 0 from one that was left alone is its test. */
  waitMs(host: string): number
  report(host: string, isDown: boolean): void
}

interface Trouble {
  failures: number
  until: number
}

const mostHosts = 10_000

/** @param now milliseconds of a clock that only goes forward */
export function createHostBreaker(restMs: number, now: () => number = () => performance.now()): HostBreaker {
  const troubles = new Map<string, Trouble>()
  return {
    waitMs(host) {
      const trouble = troubles.get(host)
      if (!trouble || trouble.failures < limits.pushBreakerFailures) return 0
      const rest = trouble.until - now()
      if (rest > 0) return rest
      // One goes ahead; the others see its outcome.
      trouble.until = now() + restMs
      return 0
    },
    report(host, isDown) {
      const failures = isDown ? (troubles.get(host)?.failures ?? 0) + 1 : 0
      troubles.delete(host)
      if (!isDown) return
      if (troubles.size >= mostHosts) troubles.clear()
      troubles.set(host, { failures, until: now() + restMs })
    },
  }
}
