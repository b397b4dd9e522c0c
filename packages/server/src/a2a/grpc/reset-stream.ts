/** The library has no way to reset one stream. Without it, a reader that takes nothing would hold what waits for it. */
export function resetStream(call: object): void {
  if ('stream' in call && isClosable(call.stream)) call.stream.close(cancelCode)
}

/** CANCEL of HTTP/2 (RFC 9113 §7). */
const cancelCode = 0x8

const isClosable = (stream: unknown): stream is { close(code: number): void } =>
  typeof stream === 'object' && stream !== null && 'close' in stream && typeof stream.close === 'function'
