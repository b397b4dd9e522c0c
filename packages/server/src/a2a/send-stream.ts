import type { RpcId } from '@codetether/protocol/json-rpc'
import type { FastifyReply } from 'fastify'
import type { Context } from '../context.ts'
import { asPlatformError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { TaskFrame } from '../operations/follow-task.ts'
import { presentEvent, presentTask } from '../present/task-v03.ts'
import { type SseEvent, sseHeaders, writeEvents } from '../sse.ts'

interface Exchange {
  reply: FastifyReply
  id: RpcId
  gone: AbortSignal
}

/** Sends the frames of a task as an event stream of JSON-RPC responses (A2A v0.3 §7.2): `id:` is the generation. */
export async function sendStream(
  ctx: Pick<Context, 'log' | 'stopping'>,
  { reply, id, gone }: Exchange,
  frames: AsyncGenerator<TaskFrame, void, undefined>,
): Promise<void> {
  // The first frame comes before the headers: a refusal is an answer, not a stream.
  const first = await frames.next()
  reply.hijack()
  try {
    reply.raw.writeHead(200, { ...plainHeaders(reply), ...sseHeaders })
    await writeEvents(reply.raw, toEvents(id, first, logged(frames, ctx.log)), { stop: ctx.stopping, gone })
  } finally {
    // A reader that leaves with the first frame leaves before the loop that would end the source.
    await frames.return()
  }
}

/** What fails behind the first frame can only reset the connection: this log is the one place that tells why. */
async function* logged<T>(source: AsyncIterable<T>, log: Logger): AsyncGenerator<T> {
  try {
    yield* source
  } catch (error) {
    throw asPlatformError(error, log)
  }
}

const plainHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))

async function* toEvents(
  id: RpcId,
  first: IteratorResult<TaskFrame, void>,
  rest: AsyncIterable<TaskFrame>,
): AsyncGenerator<SseEvent> {
  if (!first.done) yield* toEvent(id, first.value)
  for await (const frame of rest) yield* toEvent(id, frame)
}

function* toEvent(id: RpcId, frame: TaskFrame): Generator<SseEvent> {
  const result = frame.kind === 'snapshot' ? presentTask(frame.snapshot) : presentEvent(frame)
  if (result) yield { id: frame.generation, data: JSON.stringify({ jsonrpc: '2.0', id, result }) }
}
