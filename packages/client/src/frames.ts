import { RpcResponse } from '@codetether/protocol/json-rpc'
import { limits } from '@codetether/protocol/limits'
import { StreamEvent } from '@codetether/protocol/v03/wire'
import { Deadline } from './deadline.ts'
import { invalidAnswer, RemoteError } from './errors.ts'
import { connectionFailure } from './http.ts'
import { type Endpoint, openEnvelope, post, readAnswer } from './json-rpc-call.ts'
import { parseJson } from './read-json.ts'
import { type SseEvent, SseParser } from './sse.ts'

/** One frame of a stream of task changes. */
export interface Frame {
  event: StreamEvent
  /** What `Last-Event-ID` resumes after; undefined if the server numbers nothing. */
  id: string | undefined
}

export interface OpenOptions {
  signal: AbortSignal | undefined
  /** Milliseconds until the answer must begin. */
  timeoutMs: number
  lastEventId?: string | undefined
}

/** A server that numbers its frames sends heartbeats too; four of them missing means that the line is dead. */
const silenceMs = 4 * limits.streamHeartbeatMs

async function* sseEvents(response: Response, deadline: Deadline): AsyncGenerator<SseEvent> {
  const parser = new SseParser()
  const reader = response.body?.getReader()
  if (reader === undefined) return
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield* parser.push(next.value)
      if (parser.lastEventId !== '') deadline.set(silenceMs, `${response.url} is silent for ${silenceMs / 1000} s`)
    }
  } catch (error) {
    throw error instanceof RemoteError ? error : connectionFailure(error, response.url, deadline.signal)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

const toFrame = ({ data, id }: SseEvent, response: Response): Frame => {
  const envelope = RpcResponse.safeParse(parseJson(data))
  if (!envelope.success) throw invalidAnswer(`${response.url} streams something that is no JSON-RPC answer`)
  return { event: openEnvelope(envelope.data, StreamEvent, response), id }
}

const isStream = (response: Response): boolean =>
  response.ok && (response.headers.get('content-type') ?? '').toLowerCase().startsWith('text/event-stream')

/**
 * Opens `message/stream` or `tasks/resubscribe` (A2A v0.3 §7.2, §7.9) and yields frames until the server ends the
 * stream. Throws RemoteError, ConnectionError when the connection breaks or falls silent, or the signal's reason.
 */
export async function* openFrames(
  endpoint: Endpoint,
  method: string,
  params: unknown,
  { signal, timeoutMs, lastEventId }: OpenOptions,
): AsyncGenerator<Frame> {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${endpoint.url} within ${timeoutMs / 1000} s`)
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await post(endpoint, method, params, {
    accept: 'text/event-stream',
    signal: deadline.signal,
    headers,
  })
  if (!isStream(response)) {
    yield { event: await readAnswer(response, StreamEvent, deadline.signal), id: undefined }
    return
  }
  deadline.lift()
  for await (const event of sseEvents(response, deadline)) yield toFrame(event, response)
}
