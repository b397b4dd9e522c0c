import { readFileSync } from 'node:fs'
import { PlatformError } from '@codetether/protocol/errors'
import type { DatabaseAddress, Tls } from './address.ts'

/**
 * Reads `postgresql://user:password@host:port/database`; `?host=/directory` names a unix socket, `?sslmode=` and
 * `?sslrootcert=` are those of PostgreSQL's own clients. Throws INVALID_PARAMS for a certificate that cannot be read.
 */
export function addressFromUrl(url: string): DatabaseAddress {
  const { hostname, port, pathname, username, password, searchParams } = new URL(url)
  const ssl = tlsOf(searchParams)
  return {
    host: searchParams.get('host') ?? decodeURIComponent(hostname).replace(/^\[|\]$/g, ''),
    port: port === '' ? Number(searchParams.get('port') ?? 5432) : Number(port),
    database: decodeURIComponent(pathname.slice(1)) || 'codetether',
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(ssl !== undefined && { ssl }),
  }
}

/** True: a pooler of transactions, where no session outlives its transaction. Undefined if the URL does not say. */
export function isPooler(url: string): boolean | undefined {
  const said = new URL(url).searchParams.get('pgbouncer')
  return said === null ? undefined : said === 'true'
}

/** `require` encrypts and asks for no name, as it does everywhere; with a certificate it asks who signed. */
function tlsOf(parameters: URLSearchParams): Tls | undefined {
  const mode = parameters.get('sslmode') ?? 'prefer'
  const path = parameters.get('sslrootcert')
  const ca = path === null || path === 'system' ? {} : { ca: readCertificate(path) }
  if (mode === 'verify-full') return ca
  if (mode === 'verify-ca' || (mode === 'require' && path !== null))
    return { ...ca, checkServerIdentity: () => undefined }
  return mode === 'require' ? { rejectUnauthorized: false } : undefined
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new PlatformError('INVALID_PARAMS', `the certificate ${path} of sslrootcert cannot be read`, { cause })
  }
}
