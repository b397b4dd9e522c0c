import { Deadline } from '@codetether/client/deadline'
import { RemoteError } from '@codetether/client/errors'
import { type Connection, connectionFailure, send } from '@codetether/client/http'
import { readRefusal } from '@codetether/client/request-json'
import { type SseEvent, SseParser } from '@codetether/client/sse'
import { limits } from '@codetether/protocol/limits'

/** Three heartbeats that are missing mean that the line is dead. */
const silenceMs = 3 * limits.streamHeartbeatMs

/**
 * The events of a stream until it ends, which it never does by itself. Throws RemoteError, ConnectionError when it breaks or falls
 * silent, or the signal's reason.
 */
export async function* readEvents(connection: Connection, url: string, outer: AbortSignal): AsyncGenerator<SseEvent> {
  using deadline = new Deadline(outer)
  const { signal } = deadline
  const expect = () => deadline.set(silenceMs, `${url} is silent for ${silenceMs / 1000} s`)
  expect()
  const response = await send(connection, url, { signal, headers: { accept: 'text/event-stream' } })
  if (!response.ok) throw await readRefusal(response, signal)
  const parser = new SseParser()
  const reader = response.body?.getReader()
  if (reader === undefined) return
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      expect()
      yield* parser.push(next.value)
    }
  } catch (error) {
    throw error instanceof RemoteError ? error : connectionFailure(error, url, signal)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
