import { openAnswer } from '@codetether/client/call'
import { codecOf } from '@codetether/client/dialect'
import type { Endpoint } from '@codetether/client/endpoint'
import { RemoteError } from '@codetether/client/errors'
import { connectionFailure } from '@codetether/client/http'
import { parseJson } from '@codetether/client/read-json'
import { SseParser } from '@codetether/client/sse'
import type { StreamEvent } from '@codetether/protocol/v03/wire'

/** Frames of one stream that are looked at: a stream may be endless. */
const maxFrames = 10_000

/**
 * The frames of a stream, each as its version says. Throws RemoteError for one that is not, ConnectionError when the
 * stream breaks off, or the signal's reason.
 */
export async function* readStream(
  endpoint: Endpoint,
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const parser = new SseParser()
  const reader = response.body?.getReader()
  if (reader === undefined) return
  let frames = 0
  try {
    for (let next = await reader.read(); !next.done && frames < maxFrames; next = await reader.read())
      for (const { data } of parser.push(next.value)) {
        const event = openAnswer(endpoint, parseJson(data), codecOf(endpoint).StreamEvent, response)
        if (event === undefined) continue
        frames += 1
        yield event
      }
  } catch (error) {
    throw error instanceof RemoteError ? error : connectionFailure(error, response.url, signal)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
