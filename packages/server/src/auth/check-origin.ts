import type { IncomingHttpHeaders } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'
import type { HttpConfig } from '../config/config.ts'

const loopbackNames = ['localhost', '127.0.0.1', '::1']

/** Host and Origin of a request as far as they may be trusted. */
export interface RequestOrigin {
  /** `http://host:port` under which the caller reaches this server. */
  own: string
  /** The origin of the page that calls, if it may read the answer. */
  page: string | null
}

/** A name, an IPv4 address or a bracketed IPv6 one, and perhaps a port: what a URL parser would mend is refused. */
const hostForm = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

const parse = (url: string): URL | null => (URL.canParse(url) ? new URL(url) : null)
const nameOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase()

/**
 * Refuses requests under foreign names: a page whose name was rebound to this machine's address would else act as its
 * owner. And requests of pages from foreign origins. Throws FORBIDDEN, or INVALID_REQUEST for a Host that is none.
 */
export function checkOrigin(headers: IncomingHttpHeaders, http: HttpConfig): RequestOrigin {
  const given = headers.host ?? ''
  const host = hostForm.test(given) ? parse(`http://${given}`) : null
  if (!host) throw new PlatformError('INVALID_REQUEST', 'the header Host is missing or malformed')
  const names = http.loopback ? [...loopbackNames, ...http.allowedHosts] : http.allowedHosts
  if (names.length > 0 && !names.includes(nameOf(host)))
    throw new PlatformError('FORBIDDEN', 'this server does not answer under that Host name: see A2A_ALLOWED_HOSTS')

  const own = http.publicUrl ? new URL(http.publicUrl).origin : host.origin
  const { origin } = headers
  if (origin === undefined) return { own, page: null }
  const isOwn = !http.corsReplacesDefaults && (origin === own || origin === host.origin)
  if (!isOwn && !http.corsOrigins.includes(origin))
    throw new PlatformError('FORBIDDEN', 'pages of that origin may not call this server: see A2A_CORS_ALLOWED_ORIGINS')
  return { own, page: origin }
}
