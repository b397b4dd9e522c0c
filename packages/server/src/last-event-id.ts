import type { IncomingHttpHeaders } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'

/** The generation after which a reader goes on, from the standard header of event streams. Throws INVALID_PARAMS. */
export function lastEventIdOf({ 'last-event-id': header }: IncomingHttpHeaders): number | null {
  if (header === undefined || header === '') return null
  if (typeof header === 'string' && /^\d{1,15}$/.test(header)) return Number(header)
  throw new PlatformError('INVALID_PARAMS', 'Last-Event-ID is not an id that this server has sent')
}
