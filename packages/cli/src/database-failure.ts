import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { HintedError } from './failure.ts'

const errorCodeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** SQLSTATE 3D000. */
export const isMissingDatabase = (error: unknown): boolean => errorCodeOf(error) === '3D000'

/** SQLSTATE 42501 (insufficient_privilege), or the same in words of the closed list. */
export const isForbidden = (error: unknown): boolean => ['42501', 'FORBIDDEN'].includes(errorCodeOf(error))

const privileged = 'set DATABASE_ADMIN_URL to a superuser, or to a login with CREATEROLE and CREATEDB'
const address = 'look at the host and the port of DATABASE_URL'
const login = 'look at the user and the password of DATABASE_URL'

const encryption = 'look at sslmode and sslrootcert of DATABASE_URL'

/** What TLS says about a certificate, and the driver about a server without one. */
const isEncryption = (error: Error): boolean =>
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/.test(errorCodeOf(error)) ||
  error.message === 'The server does not support SSL connections'

/** What drivers and databases say about a wrong address or login, by the code of the error. */
const causes: ReadonlyMap<string, { code: ErrorCode; hint: string }> = new Map([
  ['ECONNREFUSED', { code: 'UNAVAILABLE', hint: address }],
  ['ENOTFOUND', { code: 'UNAVAILABLE', hint: address }],
  ['EAI_AGAIN', { code: 'UNAVAILABLE', hint: address }],
  ['ETIMEDOUT', { code: 'UNAVAILABLE', hint: address }],
  ['ECONNRESET', { code: 'UNAVAILABLE', hint: address }],
  ['ENOENT', { code: 'UNAVAILABLE', hint: address }],
  ['28P01', { code: 'UNAUTHENTICATED', hint: login }],
  ['28000', { code: 'UNAUTHENTICATED', hint: login }],
  ['3D000', { code: 'NOT_FOUND', hint: 'codetether migrate --create makes the database of DATABASE_URL' }],
  ['42501', { code: 'FORBIDDEN', hint: privileged }],
])

/** Turns an error of a database that the person named into one that says what to look at; others stay as they are. */
export const explainDatabaseError = (error: unknown): unknown => {
  if (error instanceof PlatformError || !(error instanceof Error)) return error
  const tls = isEncryption(error) ? ({ code: 'UNAVAILABLE', hint: encryption } as const) : undefined
  const cause = causes.get(errorCodeOf(error)) ?? tls
  if (cause === undefined) return error
  return new HintedError(new PlatformError(cause.code, `the database: ${error.message}`, { cause: error }), cause.hint)
}
