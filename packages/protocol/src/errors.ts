import type { grpcStatus } from './grpc-status.ts'
import type { JsonObject } from './json.ts'

/**
 * The closed list of errors (A2A v1.0.1 §5.4). `rpc` is the JSON-RPC code, the platform's own outside the reserved range;
 * `http` the status for REST doors and for transport refusals; `status` the code of google.rpc.Code.
 */
export const errorCodes = {
  PARSE_ERROR: { rpc: -32700, http: 400, status: 'INVALID_ARGUMENT' },
  INVALID_REQUEST: { rpc: -32600, http: 400, status: 'INVALID_ARGUMENT' },
  METHOD_NOT_FOUND: { rpc: -32601, http: 404, status: 'UNIMPLEMENTED' },
  INVALID_PARAMS: { rpc: -32602, http: 400, status: 'INVALID_ARGUMENT' },
  INTERNAL: { rpc: -32603, http: 500, status: 'INTERNAL' },
  TASK_NOT_FOUND: { rpc: -32001, http: 404, status: 'NOT_FOUND' },
  TASK_NOT_CANCELABLE: { rpc: -32002, http: 400, status: 'FAILED_PRECONDITION' },
  PUSH_NOTIFICATION_NOT_SUPPORTED: { rpc: -32003, http: 400, status: 'FAILED_PRECONDITION' },
  UNSUPPORTED_OPERATION: { rpc: -32004, http: 400, status: 'FAILED_PRECONDITION' },
  CONTENT_TYPE_NOT_SUPPORTED: { rpc: -32005, http: 400, status: 'INVALID_ARGUMENT' },
  INVALID_AGENT_RESPONSE: { rpc: -32006, http: 500, status: 'INTERNAL' },
  EXTENDED_CARD_NOT_CONFIGURED: { rpc: -32007, http: 400, status: 'FAILED_PRECONDITION' },
  EXTENSION_SUPPORT_REQUIRED: { rpc: -32008, http: 400, status: 'FAILED_PRECONDITION' },
  VERSION_NOT_SUPPORTED: { rpc: -32009, http: 400, status: 'FAILED_PRECONDITION' },
  WEBHOOK_URL_FORBIDDEN: { rpc: -31400, http: 400, status: 'INVALID_ARGUMENT' },
  UNAUTHENTICATED: { rpc: -31401, http: 401, status: 'UNAUTHENTICATED' },
  FORBIDDEN: { rpc: -31403, http: 403, status: 'PERMISSION_DENIED' },
  NOT_FOUND: { rpc: -31404, http: 404, status: 'NOT_FOUND' },
  METHOD_NOT_ALLOWED: { rpc: -31405, http: 405, status: 'UNIMPLEMENTED' },
  NOT_ACCEPTABLE: { rpc: -31406, http: 406, status: 'INVALID_ARGUMENT' },
  REQUEST_TIMEOUT: { rpc: -31408, http: 408, status: 'DEADLINE_EXCEEDED' },
  CONFLICT: { rpc: -31409, http: 409, status: 'ABORTED' },
  LEASE_LOST: { rpc: -31409, http: 409, status: 'ABORTED' },
  // Not ABORTED, after which callers try again.
  TOO_MANY_HOPS: { rpc: -31409, http: 409, status: 'FAILED_PRECONDITION' },
  CURSOR_GONE: { rpc: -31410, http: 410, status: 'OUT_OF_RANGE' },
  TOO_LARGE: { rpc: -31413, http: 413, status: 'RESOURCE_EXHAUSTED' },
  UNSUPPORTED_MEDIA_TYPE: { rpc: -31415, http: 415, status: 'INVALID_ARGUMENT' },
  RATE_LIMITED: { rpc: -31429, http: 429, status: 'RESOURCE_EXHAUSTED' },
  HEADERS_TOO_LARGE: { rpc: -31431, http: 431, status: 'RESOURCE_EXHAUSTED' },
  UNAVAILABLE: { rpc: -31503, http: 503, status: 'UNAVAILABLE' },
} as const satisfies Record<string, { rpc: number; http: number; status: keyof typeof grpcStatus }>

export type ErrorCode = keyof typeof errorCodes

export interface FieldViolation {
  /** Path of the field, dotted: `message.parts.0.text`. */
  field: string
  description: string
}

export interface ErrorDetails {
  /** Facts for programs, never secrets: they travel to the caller as `metadata` of google.rpc.ErrorInfo. */
  metadata?: JsonObject
  /** A task as the caller's version of A2A shows it; travels beside the metadata. */
  snapshot?: object
  fieldViolations?: FieldViolation[]
  /** Seconds after which a retry makes sense. */
  retryAfter?: number
  cause?: unknown
}

/** An error with a code of the closed list. Its message travels to the caller; its cause goes to the log only. */
export class PlatformError extends Error {
  override name = 'PlatformError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }

  get rpcCode(): number {
    return errorCodes[this.code].rpc
  }

  get httpStatus(): number {
    return errorCodes[this.code].http
  }

  /** The name of google.rpc.Code. */
  get status(): keyof typeof grpcStatus {
    return errorCodes[this.code].status
  }
}
