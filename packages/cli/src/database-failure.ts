import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { HintedError } from './failure.ts'

const errorCodeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** SQLSTATE 3D000. */
export const isMissingDatabase = (error: unknown): boolean => errorCodeOf(error) === '3D000'

const privileged = 'set DATABASE_ADMIN_URL to a superuser, or to a login with CREATEROLE and CREATEDB'
const address = 'look at the host and the port of DATABASE_URL'
const login = 'look at the user and the password of DATABASE_URL'

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
  ['3D000', { code: 'NOT_FOUND', hint: privileged }],
  ['42501', { code: 'FORBIDDEN', hint: privileged }],
])

/** Turns an error of a database that the person named into one that says what to look at; others stay as they are. */
export const explainDatabaseError = (error: unknown): unknown => {
  const cause = error instanceof PlatformError ? undefined : causes.get(errorCodeOf(error))
  if (cause === undefined || !(error instanceof Error)) return error
  return new HintedError(new PlatformError(cause.code, `the database: ${error.message}`, { cause: error }), cause.hint)
}
