import { limits } from '@codetether/protocol/limits'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { goneSignal } from '../gone-signal.ts'
import { heldBy } from '../operations/work/renew.ts'
import { type ActingWorker, workerOf } from '../operations/work/worker-of.ts'
import { presentUnread } from '../present/unread-message.ts'
import { presentWaiting } from '../present/waiting-task.ts'
import { beginEvents, type SseEvent, writeEvents } from '../sse.ts'
import { findUnreadOf } from '../store/unread-messages.ts'
import { findWaitingWork } from '../store/waiting-work.ts'
import { findWorkerByToken, seeWorker } from '../store/workers.ts'
import { takeStreamSlot } from '../stream-slot.ts'
import { readWorkerToken, workerTokenIn } from '../worker-token.ts'
import { createBeat } from './beat.ts'

/** `task_available` for so many tasks at once: a worker that has room for more claims in batches. */
const toldAtOnce = 20
const heartbeatMs = 15_000

/**
 * What a worker is told while it waits: `connected`, `task_available`, `task_cancelled`, `message` and `heartbeat`. All of it
 * is told anew on each connection from what is stored, so nothing has to be replayed: a worker that comes back with the
 * id of another connection gets `resync-required`, and then the same.
 */
export async function streamWork(ctx: Context, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const worker = workerOf(request.principal)
  using resources = new DisposableStack()
  takeStreamSlot({ ctx, principal: { id: worker.key }, resources, most: limits.waitsPerWorker })
  const gone = goneSignal(reply)
  const opening = await open(ctx, worker, request.headers['last-event-id'])
  beginEvents(reply)
  const isKnown = tokenCheck(ctx, request)
  await writeEvents(reply.raw, events(ctx, worker, { opening, isKnown, gone }), { stop: ctx.stopping, gone })
}

const event = (name: string, data: object): SseEvent => ({ id: null, event: name, data: JSON.stringify(data) })

async function open(ctx: Context, worker: ActingWorker, lastEventId: unknown): Promise<SseEvent[]> {
  const held = await heldBy(ctx, worker)
  const leases = held.map(({ taskId, attempt, token, reportSeq }) => ({
    task_id: taskId,
    attempt,
    lease_token: token,
    worker_seq: reportSeq,
  }))
  const connected = event('connected', { worker_id: worker.workerId, held: leases, at: new Date().toISOString() })
  if (lastEventId === undefined) return [connected]
  const reason = 'events are told from what is stored: look for work again'
  return [connected, event('resync-required', { reason, head_seq: 0, epoch: ctx.instanceId })]
}

/** Whether the token with which the stream was opened is still the worker's: it may be replaced while the stream is open. */
function tokenCheck({ store, config }: Context, { headers }: FastifyRequest): () => Promise<boolean> {
  const claims = readWorkerToken(workerTokenIn(headers, config.auth.header) ?? '')
  return async () =>
    claims !== null && (await store.read(claims.tenantId, tx => findWorkerByToken(tx, claims))) !== null
}

interface Opened {
  opening: readonly SseEvent[]
  isKnown(): Promise<boolean>
  gone: AbortSignal
}

async function* events(
  ctx: Context,
  worker: ActingWorker,
  { opening, isKnown, gone }: Opened,
): AsyncGenerator<SseEvent> {
  using attendance = ctx.workers.attend(worker)
  const messages = unreadMessages(ctx, worker)
  yield* opening
  yield* messages.next()
  yield* available(ctx, worker)
  const signal = AbortSignal.any([gone, ctx.stopping])
  const heartbeat = createBeat(heartbeatMs)
  while (!signal.aborted) {
    await attendance.next(heartbeat.left(), signal)
    if (!(await isKnown())) return
    const news = attendance.take()
    for (const { kind, taskId } of news)
      if (kind === 'task_cancelled') yield event(kind, { task_id: taskId, id: taskId })
    if (news.some(({ kind }) => kind === 'message')) yield* messages.next()
    if (attendance.isCalled()) yield* available(ctx, worker)
    if (heartbeat.take()) yield* beat(ctx, worker)
  }
}

/** What callers have sent to the tasks that a worker runs and that has had no turn, each once for each connection. */
function unreadMessages({ store }: Context, { tenantId, key }: ActingWorker) {
  const told = new Map<string, number>()
  return {
    async *next(): AsyncGenerator<SseEvent> {
      const waiting = await store.read(tenantId, tx => findUnreadOf(tx, key))
      const held = new Set(waiting.map(message => message.taskId))
      for (const taskId of told.keys()) if (!held.has(taskId)) told.delete(taskId)
      for (const message of waiting) {
        if (message.seq <= (told.get(message.taskId) ?? 0)) continue
        told.set(message.taskId, message.seq)
        yield event('message', presentUnread(message))
      }
    },
  }
}

async function* available({ store }: Context, { tenantId, workerId }: ActingWorker): AsyncGenerator<SseEvent> {
  const waiting = await store.read(tenantId, tx => findWaitingWork(tx, { tenantId, workerId, limit: toldAtOnce }))
  for (const task of waiting) yield event('task_available', presentWaiting(task))
}

async function* beat({ store }: Context, { tenantId, workerId }: ActingWorker): AsyncGenerator<SseEvent> {
  const state = await store.write(tenantId, tx => seeWorker(tx, tenantId, workerId))
  yield event('heartbeat', { at: new Date().toISOString(), status: state ?? 'unregistered' })
}
