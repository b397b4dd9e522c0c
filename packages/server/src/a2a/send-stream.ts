import type { PlatformError } from '@codetether/protocol/errors'
import type { RpcId } from '@codetether/protocol/json-rpc'
import type { FastifyReply } from 'fastify'
import type { Context } from '../context.ts'
import { asPlatformError } from '../errors.ts'
import { presentRpcError } from '../present/error.ts'
import { type SseEvent, sseHeaders, writeEvents } from '../sse.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Answer } from './method.ts'

interface Exchange {
  reply: FastifyReply
  id: RpcId
  gone: AbortSignal
}

type Stream = Extract<Answer, { stream: unknown }>

/** Sends the frames of a task as an event stream of JSON-RPC responses (A2A v0.3 §7.2, v1.0 §9.4.2): `id:` is the generation. */
export async function sendStream(
  ctx: Pick<Context, 'log' | 'metrics' | 'stopping'>,
  { reply, id, gone }: Exchange,
  { stream, present }: Stream,
): Promise<void> {
  // The first frame comes before the headers: a refusal is an answer, not a stream. It may be large, and is not kept.
  const opening = [await stream.next()]
  function* toEvent(frame: TaskFrame): Generator<SseEvent> {
    const result = present(frame)
    if (!result) return
    ctx.metrics.streamFrames.add({})
    yield { id: frame.generation, data: JSON.stringify({ jsonrpc: '2.0', id, result }) }
  }
  async function* frames(): AsyncGenerator<SseEvent> {
    try {
      const first = opening.pop()
      if (first && !first.done) yield* toEvent(first.value)
      for await (const frame of stream) yield* toEvent(frame)
    } catch (thrown) {
      ctx.metrics.streamFrames.add({})
      yield refusal(id, asPlatformError(thrown, ctx.log))
    }
  }
  reply.request.isStream = true
  reply.hijack()
  try {
    reply.raw.writeHead(200, { ...plainHeaders(reply), ...sseHeaders })
    // What comes first may be a long wait.
    if (opening[0]?.value?.kind === 'open') reply.raw.flushHeaders()
    await writeEvents(reply.raw, frames(), { stop: ctx.stopping, gone })
  } finally {
    // A reader that leaves with the first frame leaves before the loop that would end the source.
    await stream.return()
  }
}

/**
 * What fails behind the first frame: a refusal of this reader becomes the last frame, without an id. A failure of the
 * server resets the connection, so that the reader comes back, and only the log tells why.
 */
function refusal(id: RpcId, error: PlatformError): SseEvent {
  if (error.httpStatus >= 500) throw error
  return { id: null, data: JSON.stringify({ jsonrpc: '2.0', id, error: presentRpcError(error) }) }
}

const plainHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))
