import { limits } from '@codetether/protocol/limits'

/** The seconds that a Retry-After header asks for (RFC 9110 §10.2.3), bounded; 0 if it says nothing that counts. */
export function retryAfterSeconds(header: string | undefined, now: number): number {
  const text = header?.trim() ?? ''
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), limits.pushRetryAfterSeconds)
}
