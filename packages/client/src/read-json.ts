import { z } from 'zod'
import { fromHttpStatus, invalidAnswer, type RemoteError } from './errors.ts'
import { connectionFailure, retryAfterOf } from './http.ts'

/** The largest answer that is read into memory, in bytes. */
export const maxAnswerBytes = 64 * 1024 * 1024

const tooLarge = (response: Response, maxBytes: number): RemoteError =>
  invalidAnswer(`${response.url} answers with more than ${maxBytes} bytes`, { httpStatus: response.status })

/** The whole body as text. Throws ConnectionError if it breaks off, RemoteError if it is too large. */
export const readText = async (
  response: Response,
  signal: AbortSignal,
  maxBytes: number = maxAnswerBytes,
): Promise<string> => {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  const chunks = response.body?.[Symbol.asyncIterator]()
  try {
    for (let next = await chunks?.next(); next?.done === false; next = await chunks?.next()) {
      bytes += next.value.byteLength
      if (bytes > maxBytes) break
      text += decoder.decode(next.value, { stream: true })
    }
  } catch (error) {
    throw connectionFailure(error, response.url, signal)
  }
  if (bytes <= maxBytes) return text + decoder.decode()
  await chunks?.return?.()
  throw tooLarge(response, maxBytes)
}

/** Levels of an answer at most: JSON.parse reads any number, but whoever walks or prints them would run out of stack. */
const maxLevels = 500

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some(inner => isDeeper(inner, levels - 1)))

/** The body as JSON; undefined if it is none. Throws RemoteError if it is nested too deeply. */
export const parseJson = (text: string): unknown => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (isDeeper(value, maxLevels)) throw invalidAnswer(`the answer is nested deeper than ${maxLevels} levels`)
  return value
}

/** An error of any of the transports, as far as people read it. */
const Said = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ message: z.string() }).transform(({ message }) => message),
])

/** What the answer says in words; all of it, if it is no error that we know. */
function wordsOf(text: string): string {
  try {
    return Said.safeParse(JSON.parse(text)).data ?? text
  } catch {
    return text
  }
}

const excerpt = (text: string): string => {
  const line = wordsOf(text).replaceAll(/\s+/g, ' ').trim()
  return line === '' || line.startsWith('<') ? '' : `: ${line.slice(0, 200)}`
}

/** An answer that is not what A2A says it should be: told by its status if that is an error. */
export const strangeAnswer = (response: Response, text: string): RemoteError => {
  const { status, url } = response
  const message = `${url} answers HTTP ${status}${excerpt(text)}`
  return response.ok
    ? invalidAnswer(`${message}, which is no answer of A2A`, { httpStatus: status })
    : fromHttpStatus(status, message, { retryAfter: retryAfterOf(response) })
}
