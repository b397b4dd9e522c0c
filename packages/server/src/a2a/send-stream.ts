import type { PlatformError } from '@codetether/protocol/errors'
import type { FastifyReply } from 'fastify'
import type { Context } from '../context.ts'
import { asPlatformError } from '../errors.ts'
import { beginEvents, type SseEvent, writeEvents } from '../sse.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import type { Frames } from './method.ts'

/** What a door puts around frames. */
export interface FrameWrap {
  frame(shown: object): object
  /** The last frame of a reader that is refused behind the first one; `event` is its type, `message` if there is none. */
  refusal(error: PlatformError): { event?: string; data: object }
}

interface Exchange {
  reply: FastifyReply
  gone: AbortSignal
  wrap: FrameWrap
}

/** Sends the frames of a task as an event stream: `id:` is the generation. */
export async function sendStream(
  ctx: Pick<Context, 'log' | 'metrics' | 'stopping'>,
  { reply, gone, wrap }: Exchange,
  { stream, present }: Pick<Frames, 'stream' | 'present'>,
): Promise<void> {
  // The first frame comes before the headers: a refusal is an answer, not a stream. It may be large, and is not kept.
  const opening = [await stream.next()]
  function* toEvent(frame: TaskFrame): Generator<SseEvent> {
    const shown = present(frame)
    if (!shown) return
    ctx.metrics.streamFrames.add({})
    yield { id: frame.generation, data: JSON.stringify(wrap.frame(shown)) }
  }
  async function* frames(): AsyncGenerator<SseEvent> {
    try {
      const first = opening.pop()
      if (first && !first.done) yield* toEvent(first.value)
      for await (const frame of stream) yield* toEvent(frame)
    } catch (thrown) {
      ctx.metrics.streamFrames.add({})
      yield refusal(wrap, asPlatformError(thrown, ctx.log))
    }
  }
  beginEvents(reply)
  try {
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
function refusal(wrap: FrameWrap, error: PlatformError): SseEvent {
  if (error.httpStatus >= 500) throw error
  const { event, data } = wrap.refusal(error)
  return { id: null, ...(event && { event }), data: JSON.stringify(data) }
}
