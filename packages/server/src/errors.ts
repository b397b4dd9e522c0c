import { PlatformError } from '@codetether/protocol/errors'
import type { Logger } from './logger.ts'

/** The funnel of all errors to the wire: what is not of the closed list is logged, and answered without details. */
export function asPlatformError(error: unknown, log: Logger): PlatformError {
  if (error instanceof PlatformError) {
    if (error.httpStatus >= 500) log.error({ err: error }, error.message)
    return error
  }
  log.error({ err: error }, 'unexpected error')
  return new PlatformError('INTERNAL', 'internal error', { cause: error })
}
