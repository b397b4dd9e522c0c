import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import type { RpcError } from '@codetether/protocol/json-rpc'

const retryableStatuses = new Set([429, 502, 503, 504])
const retryableCodes = new Set<number>([errorCodes.RATE_LIMITED.rpc, errorCodes.UNAVAILABLE.rpc])

export interface RemoteErrorOptions {
  data?: unknown
  httpStatus?: number | undefined
  /** Seconds, from the `Retry-After` header. */
  retryAfter?: number | undefined
  cause?: unknown
}

/** The other side answered, and the answer is an error (A2A v1.0 §5.4, v0.3 §8), whatever carried it. */
export class RemoteError extends Error {
  override name = 'RemoteError'
  /** JSON-RPC code; for an answer that is not JSON-RPC, the platform's code for its HTTP status. */
  readonly code: number
  readonly data: unknown
  /** Status of the HTTP answer that carried the error: 200 for most JSON-RPC errors. */
  readonly httpStatus: number
  /** The same call may succeed later. */
  readonly retryable: boolean
  /** Seconds to wait before that, if the server said so. */
  readonly retryAfter: number | undefined

  constructor(code: number, message: string, { data, httpStatus = 200, retryAfter, cause }: RemoteErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.data = data
    this.httpStatus = httpStatus
    this.retryAfter = retryAfter
    this.retryable = retryableCodes.has(code) || retryableStatuses.has(httpStatus)
  }
}

export interface ConnectionErrorOptions {
  timedOut?: boolean
  cause?: unknown
}

/** No answer, or half of one: refused, reset, cut off, or not there in time. The call may or may not have had its effect. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'
  readonly retryable = true
  /** Our own time limit ended the call. */
  readonly timedOut: boolean

  constructor(message: string, { timedOut = false, cause }: ConnectionErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.timedOut = timedOut
  }
}

/** Credentials would travel in plain text to a host of another network; nothing was sent. */
export class BareCredentialsError extends Error {
  override name = 'BareCredentialsError'

  constructor(origin: string) {
    super(`credentials are not sent to ${origin} over plain http`)
  }
}

/** The card of an agent is not signed by anybody who is trusted, and only such agents are to be called; nothing was sent. */
export class UntrustedCardError extends Error {
  override name = 'UntrustedCardError'
}

/** True for errors after which the same call, sent again, may succeed. */
export const isRetryable = (error: unknown): error is RemoteError | ConnectionError =>
  (error instanceof RemoteError || error instanceof ConnectionError) && error.retryable

/** The answer breaks the protocol: -32006 of A2A v0.3 §8.2. */
export const invalidAnswer = (message: string, options: RemoteErrorOptions = {}): RemoteError =>
  new RemoteError(errorCodes.INVALID_AGENT_RESPONSE.rpc, message, options)

/** The error object of a JSON-RPC answer (A2A v0.3 §8.1), as it was sent. */
export const fromRpcError = ({ code, message, data }: RpcError, options: RemoteErrorOptions): RemoteError =>
  new RemoteError(code, message, { ...options, data })

/** REST doors and proxies answer without a JSON-RPC code; these statuses have one meaning each. */
const codeOfStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'INVALID_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [406, 'NOT_ACCEPTABLE'],
  [409, 'CONFLICT'],
  [410, 'CURSOR_GONE'],
  [413, 'TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [429, 'RATE_LIMITED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'UNAVAILABLE'],
])

/** An answer that is no JSON-RPC: the code of the closed list that its HTTP status stands for, INTERNAL for others. */
export const fromHttpStatus = (status: number, message: string, options: RemoteErrorOptions = {}): RemoteError =>
  new RemoteError(errorCodes[codeOfStatus.get(status) ?? 'INTERNAL'].rpc, message, { ...options, httpStatus: status })
