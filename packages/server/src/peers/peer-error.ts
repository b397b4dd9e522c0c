import { ConnectionError, RemoteError, UntrustedCardError } from '@codetether/client/errors'
import { type ErrorCode, errorCodes, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'

/** Failures to connect: nothing has arrived. gRPC tells them in words only. */
const noConnection = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/

const hasNotArrived = ({ cause, message }: ConnectionError): boolean =>
  noConnection.test(cause instanceof Error && 'code' in cause ? String(cause.code) : message)

const Details = z.tuple([z.looseObject({ reason: z.string() })]).rest(z.unknown())

const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(errorCodes, name)

/** The error of the closed list that an agent has answered with. */
const codeOf = ({ code, data, retryable }: RemoteError): ErrorCode => {
  const reason = Details.safeParse(data).data?.[0].reason
  if (reason !== undefined && isErrorCode(reason) && errorCodes[reason].rpc === code) return reason
  if (retryable) return 'UNAVAILABLE'
  const known = Object.entries(errorCodes).find(([, { rpc }]) => rpc === code)?.[0]
  return known !== undefined && isErrorCode(known) ? known : 'INVALID_AGENT_RESPONSE'
}

/** What is known of a message to another agent. */
interface Asked {
  url: string
  /** It may be sent again: the other agent recognizes it, or it was not sent yet. */
  isSafe: boolean
  /** The other agent has told of a task. */
  hasBegun: boolean
}

/**
 * What an agent's handler is told when another agent could not be asked. UNAVAILABLE only where asking again does no work
 * twice: nothing has arrived, or the other one recognizes the message.
 */
export function peerError(error: unknown, { url, isSafe, hasBegun }: Asked): unknown {
  if (error instanceof UntrustedCardError) return new PlatformError('FORBIDDEN', error.message, { cause: error })
  if (error instanceof RemoteError)
    return new PlatformError(codeOf(error), `the agent at ${new URL(url).origin} answers: ${error.message}`, {
      cause: error,
    })
  if (!(error instanceof ConnectionError)) return error
  if (error.timedOut) return new PlatformError('REQUEST_TIMEOUT', error.message, { cause: error })
  return isSafe || (!hasBegun && hasNotArrived(error))
    ? new PlatformError('UNAVAILABLE', error.message, { cause: error })
    : new PlatformError('INVALID_AGENT_RESPONSE', `${error.message}; whether it has the message is unknown`, {
        cause: error,
      })
}
