import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import { z } from 'zod'
import { fromHttpStatus, RemoteError, type RemoteErrorOptions } from './errors.ts'

/** google.rpc.Status in JSON (A2A v1.0 §11.6). */
const Status = z.looseObject({
  error: z.looseObject({ code: z.number().optional(), message: z.string(), details: z.unknown().optional() }),
})
/** The error object of JSON-RPC without its envelope: what servers of v0.3 answer over HTTP+JSON. */
const Bare = z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() })
/** Problem details (RFC 9457), as frameworks and proxies write them. */
const Problem = z.looseObject({ title: z.string(), detail: z.string().optional(), status: z.number().optional() })

const ErrorInfo = z.looseObject({ reason: z.string() })

const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(errorCodes, name)

/** Names of A2A v1.0 §5.4 that are spelled differently here, or that this platform has no use for. */
const otherReasons: ReadonlyMap<string, number> = new Map([
  ['EXTENDED_AGENT_CARD_NOT_CONFIGURED', errorCodes.EXTENDED_CARD_NOT_CONFIGURED.rpc],
  ['EXTENSION_SUPPORT_REQUIRED', -32008],
])

/** The JSON-RPC code of the error that google.rpc.ErrorInfo names. */
export const codeOfDetails = (details: unknown): number | undefined => {
  for (const detail of Array.isArray(details) ? details : []) {
    const info = ErrorInfo.safeParse(detail)
    if (!info.success) continue
    const { reason } = info.data
    return isErrorCode(reason) ? errorCodes[reason].rpc : otherReasons.get(reason)
  }
  return undefined
}

/** What a status means where nothing else tells. */
const ofStatus = (message: string, options: RemoteErrorOptions): RemoteError =>
  fromHttpStatus(options.httpStatus ?? 500, message, options)

/**
 * The error that the body of an HTTP answer or a frame of a stream describes, whichever of the known shapes it has, with
 * the code of JSON-RPC. Undefined if it describes none.
 */
export const fromErrorBody = (value: unknown, options: RemoteErrorOptions): RemoteError | undefined => {
  const status = Status.safeParse(value)
  if (status.success) {
    const { code, message, details } = status.data.error
    const known = codeOfDetails(details) ?? (code !== undefined && code < 0 ? code : undefined)
    const facts = { ...options, data: details }
    return known === undefined ? ofStatus(message, facts) : new RemoteError(known, message, facts)
  }
  const isError = (options.httpStatus ?? 500) >= 400
  const bare = Bare.safeParse(value)
  if (bare.success && (isError || bare.data.code < 0)) {
    const { code, message, data } = bare.data
    return code < 0 ? new RemoteError(code, message, { ...options, data }) : ofStatus(message, { ...options, data })
  }
  const problem = isError ? Problem.safeParse(value) : undefined
  return problem?.success ? ofStatus(problem.data.detail ?? problem.data.title, options) : undefined
}
