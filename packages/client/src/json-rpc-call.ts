import { RpcResponse } from '@codetether/protocol/json-rpc'
import type { z } from 'zod'
import { Deadline } from './deadline.ts'
import { fromRpcError, invalidAnswer } from './errors.ts'
import { type Connection, retryAfterOf, send } from './http.ts'
import { parseJson, readText, strangeAnswer } from './read-json.ts'

/** Options of every call. */
export interface CallOptions {
  /** Ends the call at once; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds until the whole answer must be there. */
  timeoutMs?: number | undefined
}

export interface Endpoint extends Connection {
  url: string
}

/** A JSON-RPC request whose answer may be JSON or an event stream. */
export const post = (
  endpoint: Endpoint,
  method: string,
  params: unknown,
  { accept, signal, headers = {} }: { accept: string; signal: AbortSignal; headers?: Record<string, string> },
): Promise<Response> =>
  send(endpoint, endpoint.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: crypto.randomUUID(), method, params }),
    signal,
  })

/** Opens an envelope (JSON-RPC 2.0 §5). Throws RemoteError if it carries an error or a result of another shape. */
export const openEnvelope = <T>(envelope: RpcResponse, schema: z.ZodType<T>, response: Response): T => {
  const facts = { httpStatus: response.status, retryAfter: retryAfterOf(response) }
  if (envelope.error !== undefined) throw fromRpcError(envelope.error, facts)
  const result = schema.safeParse(envelope.result)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.join('.') || 'result'
  throw invalidAnswer(`${response.url} answers with a result that A2A 0.3 does not know: ${place}: ${issue?.message}`, {
    ...facts,
    cause: result.error,
  })
}

/** Reads an answer that is one JSON-RPC envelope. */
export const readAnswer = async <T>(response: Response, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> => {
  const text = await readText(response, signal)
  const envelope = RpcResponse.safeParse(parseJson(text))
  if (!envelope.success) throw strangeAnswer(response, text)
  if (!response.ok && envelope.data.error === undefined) throw strangeAnswer(response, text)
  return openEnvelope(envelope.data, schema, response)
}

/** One call, one answer. Throws RemoteError, ConnectionError or the signal's reason. */
export const call = async <T>(
  endpoint: Endpoint,
  method: string,
  params: unknown,
  schema: z.ZodType<T>,
  { signal, timeoutMs = 30_000 }: CallOptions,
): Promise<T> => {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${endpoint.url} within ${timeoutMs / 1000} s`)
  const response = await post(endpoint, method, params, { accept: 'application/json', signal: deadline.signal })
  return await readAnswer(response, schema, deadline.signal)
}
