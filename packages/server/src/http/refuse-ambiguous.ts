import type { IncomingMessage } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'

const refused = (message: string) => new PlatformError('INVALID_REQUEST', message)

/** The authority of a target in absolute form; undefined for a path. */
const authorityOf = (target: string): string | undefined => /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1]

/**
 * Refuses what Node's parser lets through and a proxy in front of us may read in another way: what one of us checks
 * would not be what the other acts on. Throws INVALID_REQUEST, or HEADERS_TOO_LARGE for too many of them.
 */
export function refuseAmbiguous({
  url = '',
  headers,
  headersDistinct,
  httpVersion,
  rawHeaders,
}: IncomingMessage): void {
  if (rawHeaders.length > 2 * limits.headersPerRequest)
    throw new PlatformError('HEADERS_TOO_LARGE', `a request has at most ${limits.headersPerRequest} headers`)
  // Node takes the first of several, a proxy in front perhaps the last (RFC 9112 §3.2).
  if ((headersDistinct.host?.length ?? 0) > 1) throw refused('the header Host stands there more than once')
  // In absolute form the target counts, not the Host (§3.2.2). The Host is what is checked here.
  const authority = authorityOf(url)
  if (authority !== undefined && authority.toLowerCase() !== headers.host?.toLowerCase())
    throw refused('the target of the request names another host than the header Host')
  // HTTP/1.0 has no chunks: for an older proxy the body is the next request (§6.1).
  if (httpVersion === '1.0' && headers['transfer-encoding'] !== undefined)
    throw refused('HTTP/1.0 has no Transfer-Encoding')
}
