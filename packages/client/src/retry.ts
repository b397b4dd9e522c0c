import { backOffMs, type RetryPolicy } from './back-off.ts'
import { ConnectionError } from './errors.ts'
import { sleep } from './sleep.ts'

/** Told before each repetition: why, and after how many milliseconds. */
export type OnRetry = (error: Error, waitMs: number) => void

export interface RetryOptions {
  signal?: AbortSignal | undefined
  onRetry?: OnRetry | undefined
}

/**
 * Repeats an operation when its connection breaks; only for operations that are safe to repeat. An error that the
 * server answers and a used-up time limit are not repeated. Throws the last error, or the signal's reason.
 */
export const retry = async <T>(
  operation: () => Promise<T>,
  policy: RetryPolicy,
  { signal, onRetry }: RetryOptions,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation()
    } catch (error) {
      if (!(error instanceof ConnectionError) || error.timedOut || attempt > policy.attempts) throw error
      const waitMs = backOffMs(attempt, policy)
      onRetry?.(error, waitMs)
      await sleep(waitMs, signal)
    }
  }
}
