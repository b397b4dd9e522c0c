import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '../config/config.ts'

export const loopbackNames = ['localhost', '127.0.0.1', '::1']

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
export const nameOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase()

/**
 * Is this a name of the server? Only DNS names can be rebound, so on an address that others reach its IP addresses are
 * fine. With tokens and without configured names any name is: a rebound page has no token.
 */
function answersTo(name: string, { http, auth }: Pick<Config, 'http' | 'auth'>): boolean {
  if (loopbackNames.includes(name) || http.allowedHosts.includes(name)) return true
  if (http.loopback) return false
  return isIP(name) !== 0 || (auth.enabled && http.allowedHosts.length === 0)
}

/**
 * Refuses requests under foreign names: a page whose name was rebound to this machine's address would else act as its
 * owner. And requests of pages from foreign origins. Throws FORBIDDEN, or INVALID_REQUEST for a Host that is none.
 */
export function checkOrigin(headers: IncomingHttpHeaders, config: Pick<Config, 'http' | 'auth'>): RequestOrigin {
  const { http } = config
  const given = headers.host ?? ''
  const host = hostForm.test(given) ? parse(`http://${given}`) : null
  if (!host) throw new PlatformError('INVALID_REQUEST', 'the header Host is missing or malformed')
  if (!answersTo(nameOf(host), config))
    throw new PlatformError('FORBIDDEN', 'this server does not answer under that Host name: see A2A_ALLOWED_HOSTS')

  const own = http.publicUrl ? new URL(http.publicUrl).origin : host.origin
  const { origin } = headers
  if (origin === undefined) return { own, page: null }
  const isOwn = !http.corsReplacesDefaults && (origin === own || origin === host.origin)
  if (!isOwn && !http.corsOrigins.includes(origin))
    throw new PlatformError('FORBIDDEN', 'pages of that origin may not call this server: see CORS_ALLOWED_ORIGINS')
  return { own, page: origin }
}
