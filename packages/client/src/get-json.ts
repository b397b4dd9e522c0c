import type { z } from 'zod'
import type { CallOptions } from './call.ts'
import { Deadline } from './deadline.ts'
import { invalidAnswer } from './errors.ts'
import { type Connection, send } from './http.ts'
import { parseJson, readText, strangeAnswer } from './read-json.ts'

export interface GetOptions extends CallOptions {
  headers?: Record<string, string> | undefined
  /** The largest document that is read, in bytes. */
  maxBytes?: number | undefined
}

/** GET of a document, and the answer that carried it. Throws RemoteError, ConnectionError or the signal's reason. */
export const getDocument = async (
  connection: Connection,
  url: string,
  { signal, timeoutMs = 30_000, headers, maxBytes }: GetOptions,
): Promise<{ value: unknown; response: Response }> => {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${url} within ${timeoutMs / 1000} s`)
  const response = await send(connection, url, {
    headers: { accept: 'application/json', ...headers },
    signal: deadline.signal,
  })
  const text = await readText(response, deadline.signal, maxBytes)
  if (!response.ok) throw strangeAnswer(response, text)
  return { value: parseJson(text), response }
}

/** GET of a JSON document of a known shape. */
export const getJson = async <T>(
  connection: Connection,
  url: string,
  schema: z.ZodType<T>,
  options: CallOptions = {},
): Promise<T> => {
  const { value } = await getDocument(connection, url, options)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.join('.') || 'the document'
  throw invalidAnswer(`${url} has another shape than expected: ${place}: ${issue?.message}`, { cause: result.error })
}
