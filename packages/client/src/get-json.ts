import type { z } from 'zod'
import { Deadline } from './deadline.ts'
import { invalidAnswer } from './errors.ts'
import { type Connection, send } from './http.ts'
import type { CallOptions } from './json-rpc-call.ts'
import { parseJson, readText, strangeAnswer } from './read-json.ts'

/** GET of a JSON document. Throws RemoteError, ConnectionError or the signal's reason. */
export const getJson = async <T>(
  connection: Connection,
  url: string,
  schema: z.ZodType<T>,
  { signal, timeoutMs = 30_000 }: CallOptions = {},
): Promise<T> => {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${url} within ${timeoutMs / 1000} s`)
  const response = await send(connection, url, { headers: { accept: 'application/json' }, signal: deadline.signal })
  const text = await readText(response, deadline.signal)
  if (!response.ok) throw strangeAnswer(response, text)
  const result = schema.safeParse(parseJson(text))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue?.path.join('.') || 'the document'
  throw invalidAnswer(`${url} has another shape than expected: ${place}: ${issue?.message}`, { cause: result.error })
}
