import { PlatformError } from '@codetether/protocol/errors'
import { DatabaseError } from 'pg'

const unavailableClasses = ['08', '53', '57', '58']
/** lock_not_available, idle_in_transaction_session_timeout, transaction_timeout */
const busy = ['55P03', '25P03', '25P04']
const networkCodes = [
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]
const lostConnection =
  /connection (terminated|ended)|connection error|client was closed|timeout exceeded when trying to connect/i

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** True for a deadlock or a serialization failure: the transaction did nothing and may run again. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error) ?? '')

/** The statement failed, not the connection: a lock or a statement took too long, or two waited for each other. */
const refusedStatements = [...busy, '57014', '40001', '40P01']

/** True if the database was not there: what was asked for may ask again, but not at once. */
export const isConnectionLost = (error: unknown): boolean =>
  error instanceof PlatformError &&
  error.code === 'UNAVAILABLE' &&
  !refusedStatements.includes(codeOf(error.cause) ?? '')

/** Turns what `pg` throws into an error of the closed list, keeping the original as its cause. */
export function toPlatformError(error: unknown): unknown {
  if (error instanceof PlatformError) return error
  const code = codeOf(error)
  if (error instanceof DatabaseError && code !== undefined) {
    const isBusy = busy.includes(code) || isRetryable(error)
    if (isBusy || unavailableClasses.includes(code.slice(0, 2))) return unavailable(error)
    // Two that want what only one may have, such as the line of a serial agent.
    if (code === '23505') return new PlatformError('CONFLICT', 'another one was quicker', { cause: error })
    // The edge refuses what the database cannot hold; what slips through is the caller's input all the same.
    if (code.startsWith('22')) return new PlatformError('INVALID_PARAMS', 'a value cannot be stored', { cause: error })
    return error
  }
  const lost = error instanceof Error && lostConnection.test(error.message)
  return lost || networkCodes.includes(code ?? '') ? unavailable(error) : error
}

const unavailable = (cause: unknown) =>
  new PlatformError('UNAVAILABLE', 'the database is not available at the moment', { retryAfter: 1, cause })
