import { BareCredentialsError } from './errors.ts'
import type { Connection } from './http.ts'

/** The headers by which a connection says who calls. */
export const credentials = ({ token, authHeader = 'authorization' }: Connection): Record<string, string> => {
  if (token === undefined) return {}
  return { [authHeader]: authHeader.toLowerCase() === 'authorization' ? `Bearer ${token}` : token }
}

/**
 * A name that leads nowhere but to this machine or into the own network: a name without a dot is one of neither the
 * public DNS nor another site. So `http://other-agent:8000` of a container network works as it is.
 */
const isNear = (hostname: string): boolean =>
  /^(127\.\d+\.\d+\.\d+|\[::1\]|([^.:[\]]+\.)*localhost|[^.:[\]]+)$/.test(hostname)

/** Throws BareCredentialsError if this request would carry credentials over the network in plain text. */
export const checkBareCredentials = (connection: Connection, url: string): void => {
  const hasCredentials = connection.token !== undefined || Object.keys(connection.headers ?? {}).length > 0
  if (!hasCredentials || connection.allowHttp === true) return
  const { protocol, hostname, origin } = new URL(url)
  if (protocol === 'http:' && !isNear(hostname)) throw new BareCredentialsError(origin)
}
