import { httpPost } from './http-post.ts'

/** The text of every request, and the echo agent's answer. */
export const TEXT = 'hello'
export const ANSWER = `Echo: ${TEXT}`

export const FIRST_ID = 1_000_000_000
const SEQUENCE_DIGITS = 12
const FIRST_SEQUENCE = '0'.repeat(SEQUENCE_DIGITS)

/** The message id of the first request of a run. */
export const firstMessageId = (run: string): string => `${run}-0000-7000-8000-${FIRST_SEQUENCE}`

/** Writes `message/send` requests of v0.3. */
export function requestWriter(host: string, path: string, run: string): (sequence: number) => string {
  const message = `{"kind":"message","role":"user","messageId":"${firstMessageId(run)}","parts":[{"kind":"text","text":"${TEXT}"}]}`
  return sequenced(
    httpPost(
      { host, path },
      `{"jsonrpc":"2.0","id":${FIRST_ID},"method":"message/send","params":{"message":${message}}}`,
    ),
  )
}

/**
 * Writes requests like the first one, which has `FIRST_ID` at most once and then its message id. Ids have a fixed width,
 * so all requests have the same length and each is one concatenation of constant text and numbers: the generator must
 * not become what is measured.
 */
export function sequenced(first: string): (sequence: number) => string {
  const [before = '', after = ''] = first.split(FIRST_SEQUENCE)
  const [head = '', middle] = before.split(String(FIRST_ID))
  const end = (sequence: number) => String(sequence).padStart(SEQUENCE_DIGITS, '0') + after
  if (middle === undefined) return sequence => head + end(sequence)
  return sequence => head + requestId(sequence) + middle + end(sequence)
}

export function requestId(sequence: number): number {
  return FIRST_ID + sequence
}
