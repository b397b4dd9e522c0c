import { PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'

const idempotencyKey = z.string().regex(/^[!-~]{1,256}$/)

/** The key by which a request that comes again is known; null without one. Throws INVALID_REQUEST. */
export function readKey(header: unknown): string | null {
  if (header === undefined) return null
  const key = idempotencyKey.safeParse(header)
  if (key.success) return key.data
  throw new PlatformError('INVALID_REQUEST', 'Idempotency-Key must be 1 to 256 visible ASCII characters')
}
