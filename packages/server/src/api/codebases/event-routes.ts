import { PlatformError } from '@codetether/protocol/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { goneSignal } from '../../gone-signal.ts'
import { type CodebasePlace, readPlace, writePlace } from '../../operations/work/codebase-place.ts'
import { codebaseStatus } from '../../operations/work/codebase-status.ts'
import { type CodebaseNews, CodebaseReader } from '../../operations/work/follow-codebase.ts'
import { presentCodebaseEvent } from '../../present/codebase-event.ts'
import { presentCodebaseStatus } from '../../present/codebase-status.ts'
import { codebasePaths } from '../../present/prefixes.ts'
import { readQuery } from '../../read-input.ts'
import { beginEvents, type SseEvent, writeEvents } from '../../sse.ts'
import { takeStreamSlot } from '../../stream-slot.ts'

const StreamQuery = z.strictObject({ after: z.string().optional() })

interface ById {
  Params: { id: string }
}

/** Everything that happens to the caller's tasks of a codebase, as it comes. */
export const eventRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'tasks:read' } as const
  for (const url of codebasePaths)
    app.get<ById>(`${url}/:id/events`, { config, exposeHeadRoute: false }, async (request, reply) => {
      await stream(ctx, request, reply)
      return reply
    })
}

async function stream(ctx: Context, request: FastifyRequest<ById>, reply: FastifyReply): Promise<void> {
  using resources = new DisposableStack()
  takeStreamSlot({ ctx, principal: request.principal, resources })
  const after = placeOf(request)
  const gone = goneSignal(reply)
  const signal = AbortSignal.any([gone, ctx.stopping])
  const status = await codebaseStatus(ctx, request.principal, request.params.id)
  const codebaseId = status.codebase.id
  const reader = new CodebaseReader(ctx, request.principal, { codebaseId, after, signal })
  beginEvents(reply)
  reply.raw.flushHeaders()
  const connected = { type: 'connected', ...presentCodebaseStatus(status) }
  await writeEvents(reply.raw, toEvents(reader, connected), { stop: ctx.stopping, gone })
}

/** What a browser's EventSource cannot say in a header may stand in the query. */
function placeOf(request: FastifyRequest): CodebasePlace | null {
  const { after } = readQuery(request, StreamQuery)
  const header = request.headers['last-event-id']
  if (Array.isArray(header)) throw new PlatformError('INVALID_PARAMS', 'Last-Event-ID is there twice')
  const text = header || after
  return text ? readPlace(text) : null
}

type Shown = { type: string; [field: string]: unknown }

const toEvent = (data: Shown, id: string | null = null): SseEvent => ({
  id,
  event: data.type,
  data: JSON.stringify(data),
})

async function* toEvents(reader: CodebaseReader, connected: Shown): AsyncGenerator<SseEvent> {
  for await (const news of reader.news()) yield* eventsOf(reader, news, connected)
}

function* eventsOf(reader: CodebaseReader, news: CodebaseNews, connected: Shown): Generator<SseEvent> {
  const now = () => writePlace(reader.place)
  switch (news.kind) {
    case 'open':
      return yield toEvent(connected, now())
    case 'resync':
      return yield toEvent({ type: 'resync-required', reason: news.reason }, now())
    case 'idle':
      return yield toEvent({ type: 'heartbeat', at: new Date().toISOString() }, now())
    case 'deleted':
      return yield toEvent({ type: 'done', reason: 'the codebase was deleted' })
    case 'event': {
      const { task, event, prompt, skip } = news
      const pieces = presentCodebaseEvent(task, event, prompt)
      for (const [index, piece] of pieces.entries()) {
        if (index < skip) continue
        const isLast = index === pieces.length - 1
        yield toEvent(piece, isLast ? now() : writePlace(reader.placeWithin(task, event, index + 1)))
      }
      return
    }
    default:
      news satisfies never
  }
}
