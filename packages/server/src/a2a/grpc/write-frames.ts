import type { Writable } from 'node:stream'

/** A reader that takes nothing for so long is cut, and later by so much for each byte that waits: it may be slow. */
const stallMs = 30_000
const slowestBytesPerMs = 16

interface Ends {
  /** Nobody reads any more. */
  gone: AbortSignal
  /** Cuts a reader that takes nothing. */
  reset(): void
}

/**
 * Writes messages as they come. Nothing is read ahead: the source waits until the reader has taken a message, so a stream
 * holds one message and the window of its connection.
 */
export async function writeFrames(
  call: Writable,
  messages: AsyncIterable<Buffer>,
  { gone, reset }: Ends,
): Promise<void> {
  for await (const message of messages) {
    if (gone.aborted) return
    const stalled = setTimeout(reset, stallMs + message.length / slowestBytesPerMs)
    try {
      await taken(call, message, gone)
    } finally {
      clearTimeout(stalled)
    }
  }
}

/** Resolves when the message has left, or will not leave any more. */
function taken(call: Writable, message: Buffer, gone: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      gone.removeEventListener('abort', done)
      resolve()
    }
    gone.addEventListener('abort', done)
    call.write(message, done)
  })
}
