/** An error as each transport shows it: code of JSON-RPC, reason of v1.0, and the HTTP statuses of all patch versions. */
export interface ExpectedError {
  code: number
  /** Undefined for those of JSON-RPC, which A2A does not name. */
  reason?: string
  http: readonly number[]
}

/** A2A v1.0 §5.4, v0.3 §8. */
export const expected = {
  taskNotFound: { code: -32001, reason: 'TASK_NOT_FOUND', http: [404] },
  pushNotSupported: { code: -32003, reason: 'PUSH_NOTIFICATION_NOT_SUPPORTED', http: [400, 501] },
  unsupported: { code: -32004, reason: 'UNSUPPORTED_OPERATION', http: [400, 501] },
  versionNotSupported: { code: -32009, reason: 'VERSION_NOT_SUPPORTED', http: [400, 501] },
  parseError: { code: -32700, http: [400] },
  methodNotFound: { code: -32601, http: [404, 405, 501] },
  invalidParams: { code: -32602, http: [400, 422] },
} as const satisfies Record<string, ExpectedError>
