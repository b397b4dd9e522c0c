import { Deadline } from '@codetether/client/deadline'
import { fromErrorBody } from '@codetether/client/error-body'
import { invalidAnswer } from '@codetether/client/errors'
import { type Connection, retryAfterOf, send } from '@codetether/client/http'
import { parseJson, readText, strangeAnswer } from '@codetether/client/read-json'
import type { z } from 'zod'

export interface Call<T> {
  url: string
  /** Absent: GET. */
  body?: object
  schema: z.ZodType<T>
  signal: AbortSignal
  timeoutMs: number
}

/** One call of a JSON route. Throws RemoteError, ConnectionError or the signal's reason. */
export async function callJson<T>(
  connection: Connection,
  { url, body, schema, signal, timeoutMs }: Call<T>,
): Promise<T> {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${url} within ${timeoutMs / 1000} s`)
  const response = await send(connection, url, {
    signal: deadline.signal,
    headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  const text = await readText(response, deadline.signal)
  const value = parseJson(text)
  if (!response.ok) throw refusal(response, value, text)
  const answer = schema.safeParse(value)
  if (answer.success) return answer.data
  throw invalidAnswer(`${url} has another shape than expected: ${answer.error.issues[0]?.message}`)
}

/** What an answer that is an error means, whichever shape it has. */
export const refusal = (response: Response, value: unknown, text: string): Error =>
  fromErrorBody(value, { httpStatus: response.status, retryAfter: retryAfterOf(response) }) ??
  strangeAnswer(response, text)
