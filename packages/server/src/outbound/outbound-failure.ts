/** Why there was no answer, in words that may be kept: never a part of a request or of an answer. */
export class OutboundFailure extends Error {
  override name = 'OutboundFailure'

  static of(cause: unknown, signal: AbortSignal): OutboundFailure {
    return new OutboundFailure(reasonOf(cause, signal), { cause })
  }
}

function reasonOf(cause: unknown, signal: AbortSignal): string {
  if (signal.aborted) return isTimeout(signal.reason) ? 'no answer in time' : 'aborted'
  // With several addresses, each has failed in its own way.
  const error = cause instanceof AggregateError ? cause.errors[0] : cause
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === '' ? 'the connection failed' : `the connection failed (${code})`
}

const isTimeout = (reason: unknown): boolean => reason instanceof DOMException && reason.name === 'TimeoutError'
