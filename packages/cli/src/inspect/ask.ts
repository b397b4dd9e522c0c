import { Deadline } from '@codetether/client/deadline'
import { type Connection, send } from '@codetether/client/http'
import { parseJson, readText } from '@codetether/client/read-json'

/** An answer, whatever it says. */
export interface Answer {
  status: number
  headers: Headers
  /** Without parameters, in small letters. */
  contentType: string
  text: string
  /** Undefined if the body is no JSON. */
  json: unknown
}

export interface Patience {
  signal: AbortSignal
  /** Milliseconds for one answer. */
  timeoutMs: number
}

export interface Request {
  url: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** The largest answer that is looked into, in bytes. */
const answerBytes = 4 * 1024 * 1024

export const contentTypeOf = ({ headers }: Response): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** Throws ConnectionError, RemoteError if the answer is too large or a redirect, or the signal's reason. */
export const ask = async (
  connection: Connection,
  { url, ...init }: Request,
  { signal, timeoutMs }: Patience,
  maxBytes: number = answerBytes,
): Promise<Answer> => {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${url} within ${timeoutMs / 1000} s`)
  const response = await send(connection, url, { ...init, signal: deadline.signal })
  const text = await readText(response, deadline.signal, maxBytes)
  const { status, headers } = response
  return { status, headers, contentType: contentTypeOf(response), text, json: parseJson(text) }
}
