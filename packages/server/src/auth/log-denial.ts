import { PlatformError } from '@codetether/protocol/errors'
import type { Logger } from '../logger.ts'

/** A line for each caller that was not let in: who guesses tokens should be seen. */
export function logDenial(log: Logger, error: unknown, remoteAddress: string | undefined): void {
  if (!(error instanceof PlatformError)) return
  log.warn({ remoteAddress, code: error.code, reason: error.message }, 'a caller was refused')
}
