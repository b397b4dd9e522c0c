import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'

/** The exit codes that the documentation promises. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  conflict: 5,
  /** EX_TEMPFAIL of sysexits.h: the same command may succeed later. */
  retryable: 75,
} as const

const ofError: Record<ErrorCode, number> = {
  PARSE_ERROR: exitCodes.failure,
  INVALID_REQUEST: exitCodes.usage,
  METHOD_NOT_FOUND: exitCodes.failure,
  INVALID_PARAMS: exitCodes.usage,
  INTERNAL: exitCodes.failure,
  TASK_NOT_FOUND: exitCodes.notFound,
  TASK_NOT_CANCELABLE: exitCodes.conflict,
  PUSH_NOTIFICATION_NOT_SUPPORTED: exitCodes.failure,
  UNSUPPORTED_OPERATION: exitCodes.failure,
  CONTENT_TYPE_NOT_SUPPORTED: exitCodes.failure,
  INVALID_AGENT_RESPONSE: exitCodes.failure,
  EXTENDED_CARD_NOT_CONFIGURED: exitCodes.failure,
  EXTENSION_SUPPORT_REQUIRED: exitCodes.failure,
  VERSION_NOT_SUPPORTED: exitCodes.failure,
  WEBHOOK_URL_FORBIDDEN: exitCodes.usage,
  UNAUTHENTICATED: exitCodes.auth,
  FORBIDDEN: exitCodes.auth,
  NOT_FOUND: exitCodes.notFound,
  METHOD_NOT_ALLOWED: exitCodes.failure,
  NOT_ACCEPTABLE: exitCodes.failure,
  REQUEST_TIMEOUT: exitCodes.retryable,
  CONFLICT: exitCodes.conflict,
  LEASE_LOST: exitCodes.conflict,
  TOO_MANY_HOPS: exitCodes.conflict,
  CURSOR_GONE: exitCodes.notFound,
  TOO_LARGE: exitCodes.failure,
  UNSUPPORTED_MEDIA_TYPE: exitCodes.failure,
  RATE_LIMITED: exitCodes.retryable,
  HEADERS_TOO_LARGE: exitCodes.failure,
  UNAVAILABLE: exitCodes.retryable,
}

/** The exit code of an error of the closed list. */
export const exitCodeOf = (code: ErrorCode): number => ofError[code]

const isErrorCode = (name: string): name is ErrorCode => name in errorCodes

const byRpcCode = new Map<number, ErrorCode>()
const byStatus = new Map<number, ErrorCode>()
for (const [name, { rpc, http }] of Object.entries(errorCodes)) {
  if (!isErrorCode(name)) continue
  if (!byRpcCode.has(rpc)) byRpcCode.set(rpc, name)
  // The statuses with one meaning are those of the platform's own codes.
  if (rpc < -32_768 || rpc > -32_000) byStatus.set(http, byStatus.get(http) ?? name)
}

/** The error that a server means: by its JSON-RPC code, and where that is foreign by the status of the answer. */
export const remoteErrorCode = (rpcCode: number, httpStatus: number): ErrorCode | undefined => {
  const known = byRpcCode.get(rpcCode)
  return known === undefined || known === 'INTERNAL' ? (byStatus.get(httpStatus) ?? known) : known
}
