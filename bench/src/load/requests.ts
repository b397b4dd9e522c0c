/** The echo agent's answer to every request. */
export const ANSWER = 'Echo: hello'

const FIRST_ID = 1_000_000_000
const SEQUENCE_DIGITS = 12

/**
 * Writes `message/send` requests of v0.3. Ids have a fixed width, so all requests have the same length and each is
 * one concatenation of constant text and two numbers: the generator must not become what is measured.
 */
export function requestWriter(host: string, path: string, run: string): (sequence: number) => string {
  const before = '{"jsonrpc":"2.0","id":'
  const middle = `,"method":"message/send","params":{"message":{"kind":"message","role":"user","messageId":"${run}-0000-7000-8000-`
  const after = '","parts":[{"kind":"text","text":"hello"}]}}}'
  const length = before.length + String(FIRST_ID).length + middle.length + SEQUENCE_DIGITS + after.length
  const head =
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nAccept: application/json\r\n` +
    `Content-Length: ${length}\r\n\r\n${before}`
  return sequence => head + requestId(sequence) + middle + String(sequence).padStart(SEQUENCE_DIGITS, '0') + after
}

export function requestId(sequence: number): number {
  return FIRST_ID + sequence
}
