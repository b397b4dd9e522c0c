/** How patiently a call is repeated. */
export interface RetryPolicy {
  /** Repetitions in a row without progress before the error is given to the caller. */
  attempts: number
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  baseMs: number
  /** Milliseconds that no wait exceeds. */
  capMs: number
}

/** A call that may never have arrived: short, because the address may simply be wrong. */
export const sendRetry: RetryPolicy = { attempts: 4, baseMs: 200, capMs: 2_000 }

/** A stream that was flowing: long enough for a server to be replaced, about two minutes. */
export const streamRetry: RetryPolicy = { attempts: 20, baseMs: 200, capMs: 10_000 }

/**
 * Milliseconds to wait before repetition `attempt` (from 1): exponential, capped, and spread over the upper half so
 * that clients of a server that comes back do not arrive together. A wait that the server asks for is the least.
 */
export const backOffMs = (attempt: number, { baseMs, capMs }: RetryPolicy, retryAfterSeconds = 0): number => {
  const full = Math.min(capMs, baseMs * 2 ** (attempt - 1))
  return Math.max(full * (0.5 + Math.random() / 2), retryAfterSeconds * 1000)
}
