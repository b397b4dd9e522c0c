import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { limits } from '@codetether/protocol/limits'
import type { FastifyReply } from 'fastify'

/** One event of a stream: `id` is the cursor behind it; null for one that moves no cursor. */
export interface SseEvent {
  id: number | string | null
  /** Its type, for one that is no frame. */
  event?: string
  data: string
}

const sseHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx buffers streams otherwise.
  'x-accel-buffering': 'no',
}

/** Makes an event stream of an answer, with the headers that it has already. Refusals come before, as answers. */
export function beginEvents(reply: FastifyReply): void {
  const own = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])
  reply.request.isStream = true
  reply.hijack()
  reply.raw.writeHead(200, { ...Object.fromEntries(own), ...sseHeaders })
}

/** One frame on the wire. JSON has no raw line break; other data would be split over `data:` lines. */
const toText = ({ id, event, data }: SseEvent): string =>
  `${id === null ? '' : `id: ${id}\n`}${event ? `event: ${event}\n` : ''}${data
    .split(/\r\n|\r|\n/)
    .map(line => `data: ${line}\n`)
    .join('')}\n`

/** A reader that takes nothing for so long is cut. It resumes by its cursor. */
const stallMs = 30_000

/** Resolves when the reader has taken what is buffered. Rejects when it is gone or stalled. */
async function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  const stalled = new AbortController()
  // A slow reader that takes something is no stalled one, however long a large frame takes it.
  let taken = response.socket?.bytesWritten
  const timer = setInterval(() => {
    if (response.socket?.bytesWritten === taken) stalled.abort()
    taken = response.socket?.bytesWritten
  }, stallMs)
  try {
    await once(response, 'drain', { signal: AbortSignal.any([gone, stalled.signal]) })
  } finally {
    clearInterval(timer)
  }
}

/**
 * Writes events as they come and comments in between. Nothing is read ahead: the source waits for the reader, so a
 * stream buffers one event and the socket's own buffer. Ends cleanly only with the source; on `stop` the connection is
 * reset, so that no client takes it for the end of the task.
 */
export async function writeEvents(
  response: ServerResponse,
  events: AsyncIterable<SseEvent>,
  { stop, gone }: { stop: AbortSignal; gone: AbortSignal },
): Promise<void> {
  const reset = () => response.socket?.resetAndDestroy()
  stop.addEventListener('abort', reset, { once: true })
  if (stop.aborted) reset()
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': keep-alive\n\n')
  }, limits.streamHeartbeatMs)
  try {
    for await (const event of events) {
      if (response.destroyed) return
      if (response.write(toText(event))) continue
      await drained(response, gone)
    }
    if (stop.aborted) reset()
    else response.end()
  } catch {
    // A reader that is gone or stalled, or a source that failed: either way the client must not see an end.
    reset()
  } finally {
    clearInterval(heartbeat)
    stop.removeEventListener('abort', reset)
  }
}
