import type { z } from 'zod'
import type { CallOptions } from './call.ts'
import { Deadline } from './deadline.ts'
import { fromErrorBody } from './error-body.ts'
import { invalidAnswer, type RemoteError } from './errors.ts'
import { type Connection, retryAfterOf, send } from './http.ts'
import { parseJson, readText, strangeAnswer } from './read-json.ts'

export interface JsonRequest<T> {
  url: string
  /** Sent by POST; without one it is a GET. */
  body?: object
  /** The shape of the answer. */
  schema: z.ZodType<T>
}

/** A request to a route of a CodeTether server. Throws RemoteError, ConnectionError or the signal's reason. */
export const requestJson = async <T>(
  connection: Connection,
  { url, body, schema }: JsonRequest<T>,
  { signal, timeoutMs = 30_000 }: CallOptions,
): Promise<T> => {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${url} within ${timeoutMs / 1000} s`)
  const posted = body && { method: 'POST', body: JSON.stringify(body) }
  const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) }
  const response = await send(connection, url, { ...posted, headers, signal: deadline.signal })
  if (!response.ok) throw await readRefusal(response, deadline.signal)
  const parsed = schema.safeParse(parseJson(await readText(response, deadline.signal)))
  if (parsed.success) return parsed.data
  const what = parsed.error.issues[0]?.message
  throw invalidAnswer(`${url} has another shape than expected: ${what}`, { cause: parsed.error })
}

/** What an answer that is an error means, whichever shape it has. Throws what reading it throws. */
export const readRefusal = async (response: Response, signal: AbortSignal): Promise<RemoteError> => {
  const text = await readText(response, signal)
  const facts = { httpStatus: response.status, retryAfter: retryAfterOf(response) }
  return fromErrorBody(parseJson(text), facts) ?? strangeAnswer(response, text)
}
