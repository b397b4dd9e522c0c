import { type ErrorCode, errorCodes, type PlatformError } from '@codetether/protocol/errors'
import type { RpcError } from '@codetether/protocol/json-rpc'

/** Codes that the specification names otherwise: an error without its last word, in capitals (§9.5). */
const reasons: Partial<Record<ErrorCode, string>> = {
  EXTENDED_CARD_NOT_CONFIGURED: 'EXTENDED_AGENT_CARD_NOT_CONFIGURED',
}

/** What google.rpc.ErrorInfo tells of an error (A2A v1.0 §9.5). */
export const errorInfoOf = ({ code, details: { metadata = {} } }: PlatformError) => ({
  reason: reasons[code] ?? code,
  domain: code in platformOnly ? 'codetether' : 'a2a-protocol.org',
  metadata,
})

function details(error: PlatformError): object[] {
  const { snapshot, fieldViolations } = error.details
  const { metadata, ...named } = errorInfoOf(error)
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    ...named,
    metadata: snapshot ? { ...metadata, snapshot } : metadata,
  }
  if (!fieldViolations) return [info]
  const violations = fieldViolations.map(violation => ({ ...violation }))
  return [info, { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations }]
}

/** The codes that A2A does not define. */
const platformOnly = Object.fromEntries(Object.entries(errorCodes).filter(([, { rpc }]) => rpc > -32000))

/** An error as a JSON-RPC error object (A2A v1.0 §9.5). */
export const presentRpcError = (error: PlatformError): RpcError => ({
  code: error.rpcCode,
  message: error.message,
  data: details(error),
})

/** An error as google.rpc.Status in JSON: the body of REST doors (A2A v1.0 §11.6). */
export const presentHttpError = (error: PlatformError) => ({
  error: {
    code: error.httpStatus,
    status: error.status,
    message: error.message,
    details: details(error),
  },
})
