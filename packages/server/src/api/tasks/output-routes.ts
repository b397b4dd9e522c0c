import { queryInteger } from '@codetether/protocol/query-integer'
import { isTerminal } from '@codetether/protocol/task-state'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { goneSignal } from '../../gone-signal.ts'
import { lastEventIdOf } from '../../last-event-id.ts'
import { followOutput, type OutputPart, readOutput } from '../../operations/work/follow-output.ts'
import { presentOutput } from '../../present/output.ts'
import { prefixes } from '../../present/prefixes.ts'
import { workStatuses } from '../../present/work-task.ts'
import { readQuery } from '../../read-input.ts'
import { beginEvents, type SseEvent, writeEvents } from '../../sse.ts'
import { takeStreamSlot } from '../../stream-slot.ts'

const place = queryInteger(0, 1e15)
const OutputQuery = z.strictObject({ since: place.default(0) })
const StreamQuery = z.strictObject({ since: place.optional(), after: place.optional() })

interface ById {
  Params: { id: string }
}

/** What workers put out: in portions, and as it comes. `since` and the ids of events are places in the log of the task. */
export const outputRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'tasks:read' } as const
  for (const prefix of prefixes) {
    const url = `${prefix}/tasks/:id/output`

    app.get<ById>(url, { config }, async request => {
      const { since } = readQuery(request, OutputQuery)
      const part = await readOutput(ctx, request.principal, { taskId: request.params.id, after: since })
      return {
        output: part.events.flatMap(event => presentOutput(event) ?? []),
        next: part.after,
        more: part.more,
        status: workStatuses[part.state],
        done: isTerminal(part.state) && !part.more,
      }
    })

    app.get<ById>(`${url}/stream`, { config, exposeHeadRoute: false }, async (request, reply) => {
      await stream(ctx, request, reply)
      return reply
    })
  }
}

async function stream(ctx: Context, request: FastifyRequest<ById>, reply: FastifyReply): Promise<void> {
  using resources = new DisposableStack()
  takeStreamSlot({ ctx, principal: request.principal, resources })
  const gone = goneSignal(reply)
  const signal = AbortSignal.any([gone, ctx.stopping])
  const parts = followOutput(ctx, request.principal, {
    taskId: request.params.id,
    after: cursorOf(request),
    signal,
  })
  // The first part comes before the headers: a refusal is an answer, not a stream.
  const first = await parts.next()
  beginEvents(reply)
  reply.raw.flushHeaders()
  await writeEvents(reply.raw, toEvents(first.value, parts), { stop: ctx.stopping, gone })
}

function cursorOf(request: FastifyRequest): number {
  const { since, after } = readQuery(request, StreamQuery)
  return lastEventIdOf(request.headers) ?? after ?? since ?? 0
}

async function* toEvents(first: OutputPart | undefined, parts: AsyncGenerator<OutputPart>): AsyncGenerator<SseEvent> {
  if (first) yield* eventsOf(first)
  for await (const part of parts) yield* eventsOf(part)
}

function* eventsOf({ events, more, state }: OutputPart): Generator<SseEvent> {
  for (const event of events) {
    const shown = presentOutput(event)
    if (shown) yield { id: event.seq, event: shown.type, data: JSON.stringify(shown) }
  }
  if (isTerminal(state) && !more)
    yield { id: null, event: 'done', data: JSON.stringify({ type: 'done', status: workStatuses[state] }) }
}
