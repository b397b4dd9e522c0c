import type { RpcId } from '@codetether/protocol/json-rpc'
import type { FastifyReply } from 'fastify'
import type { Context } from '../context.ts'
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
export async function sendStream(ctx: Context, { reply, id, gone }: Exchange, answer: Stream): Promise<void> {
  // The first frame comes before the headers: a refusal is an answer, not a stream.
  const first = await answer.stream.next()
  reply.hijack()
  reply.raw.writeHead(200, { ...plainHeaders(reply), ...sseHeaders })
  await writeEvents(reply.raw, toEvents(id, first, answer), { stop: ctx.stopping, gone })
}

const plainHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))

async function* toEvents(
  id: RpcId,
  first: IteratorResult<TaskFrame, void>,
  { stream, present }: Stream,
): AsyncGenerator<SseEvent> {
  if (!first.done) yield* toEvent(id, first.value, present)
  for await (const frame of stream) yield* toEvent(id, frame, present)
}

function* toEvent(id: RpcId, frame: TaskFrame, present: Stream['present']): Generator<SseEvent> {
  const result = present(frame)
  if (result) yield { id: frame.generation, data: JSON.stringify({ jsonrpc: '2.0', id, result }) }
}
