import { limits } from '@codetether/protocol/limits'
import { generationKey } from '@codetether/protocol/resume-extension'
import type { StreamEvent } from '@codetether/protocol/v03/wire'
import { openAnswer, openGrpcOf, parseResult, readAnswer, request } from './call.ts'
import { Deadline } from './deadline.ts'
import { codecOf } from './dialect.ts'
import type { Endpoint } from './endpoint.ts'
import { invalidAnswer, RemoteError } from './errors.ts'
import { connectionFailure } from './http.ts'
import type { Operation } from './operation.ts'
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

const toFrame = (endpoint: Endpoint, { data, id }: SseEvent, response: Response): Frame => {
  const event = openAnswer(endpoint, parseJson(data), codecOf(endpoint).StreamEvent, response)
  if (event !== undefined) return { event, id }
  throw invalidAnswer(`${response.url} streams something that A2A over ${endpoint.transport} does not know`)
}

/** Over gRPC nothing stands beside a frame: its number is in its metadata, where the resume extension is activated. */
const toNumberedFrame = (endpoint: Endpoint, value: unknown): Frame => {
  const event = parseResult(endpoint, value, codecOf(endpoint).StreamEvent)
  const generation = event.metadata?.[generationKey]
  return { event, id: typeof generation === 'number' ? String(generation) : undefined }
}

const isStream = (response: Response): boolean =>
  response.ok && (response.headers.get('content-type') ?? '').toLowerCase().startsWith('text/event-stream')

/**
 * Opens a stream (A2A v1.0 §3.1.2, §3.1.6; v0.3 §7.2, §7.9) and yields frames until the server ends it. Throws RemoteError,
 * ConnectionError when the connection breaks or falls silent, or the signal's reason.
 */
export async function* openFrames(
  endpoint: Endpoint,
  operation: Operation,
  { signal, timeoutMs, lastEventId }: OpenOptions,
): AsyncGenerator<Frame> {
  using deadline = new Deadline(signal)
  deadline.set(timeoutMs, `no answer from ${endpoint.url} within ${timeoutMs / 1000} s`)
  if (endpoint.transport === 'GRPC') {
    const grpc = await openGrpcOf(endpoint)
    const options = { signal: deadline.signal, lastEventId, onOpen: () => deadline.lift() }
    for await (const value of grpc.stream(endpoint, operation, options)) yield toNumberedFrame(endpoint, value)
    return
  }
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await request(endpoint, operation, {
    signal: deadline.signal,
    headers: { accept: 'text/event-stream', ...headers },
  })
  if (!isStream(response)) {
    yield {
      event: await readAnswer(endpoint, response, codecOf(endpoint).StreamEvent, deadline.signal),
      id: undefined,
    }
    return
  }
  deadline.lift()
  for await (const event of sseEvents(response, deadline)) yield toFrame(endpoint, event, response)
}
