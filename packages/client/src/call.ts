import { errorCodes } from '@codetether/protocol/errors'
import type { z } from 'zod'
import { Deadline } from './deadline.ts'
import { transportOf } from './dialect.ts'
import type { Endpoint } from './endpoint.ts'
import { invalidAnswer, RemoteError, type RemoteErrorOptions } from './errors.ts'
import type { Grpc } from './grpc.ts'
import { retryAfterOf, send } from './http.ts'
import type { Operation } from './operation.ts'
import { parseJson, readText, strangeAnswer } from './read-json.ts'

/** Options of every call. */
export interface CallOptions {
  /** Ends the call at once; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds until the whole answer must be there. */
  timeoutMs?: number | undefined
}

/** A request that names its version (A2A v1.0 §3.6.1; nothing means 0.3). Its answer may be JSON or an event stream. */
export const request = (
  endpoint: Endpoint,
  operation: Operation,
  { signal, headers = {} }: { signal: AbortSignal; headers?: Record<string, string> },
): Promise<Response> => {
  const { url, ...init } = transportOf(endpoint).request(endpoint, operation)
  const named: Record<string, string> = endpoint.version === '0.3' ? {} : { 'a2a-version': endpoint.version }
  return send(endpoint, url, { ...init, headers: { ...init.headers, ...named, ...headers }, signal })
}

/** A result in the client's form. Throws RemoteError if it has another shape. */
export const parseResult = <T>(
  { url, version }: Pick<Endpoint, 'url' | 'version'>,
  value: unknown,
  schema: z.ZodType<T>,
  facts: RemoteErrorOptions = {},
): T => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.join('.') || 'result'
  const text = `${url} answers with a result that A2A ${version} does not know: ${place}: ${issue?.message}`
  throw invalidAnswer(text, { ...facts, cause: result.error })
}

/** What an answer or a frame carries. Throws RemoteError if that is an error, or a result of another shape. */
export const openAnswer = <T>(
  endpoint: Endpoint,
  value: unknown,
  schema: z.ZodType<T>,
  response: Response,
): T | undefined => {
  const opened = transportOf(endpoint).open(value, response)
  if (opened === undefined) return undefined
  const facts = { httpStatus: response.status, retryAfter: retryAfterOf(response) }
  return parseResult({ url: response.url, version: endpoint.version }, opened.result, schema, facts)
}

/** Reads an answer that is no stream. */
export const readAnswer = async <T>(
  endpoint: Endpoint,
  response: Response,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> => {
  const text = await readText(response, signal)
  const result = openAnswer(endpoint, parseJson(text), schema, response)
  if (result === undefined || !response.ok) throw strangeAnswer(response, text)
  return result
}

/** What carries calls over gRPC to this endpoint. Throws RemoteError if the caller of this client has none. */
export const openGrpcOf = ({ grpc }: Endpoint): Promise<Grpc> => {
  if (grpc) return grpc()
  throw new RemoteError(errorCodes.UNSUPPORTED_OPERATION.rpc, 'gRPC is not spoken here')
}

/** One call, one answer. Throws RemoteError, ConnectionError or the signal's reason. */
export const call = async <T>(
  endpoint: Endpoint,
  operation: Operation,
  schema: z.ZodType<T>,
  { signal, timeoutMs = 30_000 }: CallOptions,
): Promise<T> => {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${endpoint.url} within ${timeoutMs / 1000} s`)
  if (endpoint.transport === 'GRPC') {
    const grpc = await openGrpcOf(endpoint)
    return parseResult(endpoint, await grpc.call(endpoint, operation, { signal: deadline.signal, timeoutMs }), schema)
  }
  const response = await request(endpoint, operation, { signal: deadline.signal })
  return await readAnswer(endpoint, response, schema, deadline.signal)
}
