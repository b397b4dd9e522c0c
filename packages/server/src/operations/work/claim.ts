import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { Context } from '../../context.ts'
import { type ClaimedWork, claimWork } from '../../store/claim-work.ts'
import { holdsFiles } from '../inline-files.ts'
import { readTurns } from '../read-turn.ts'
import { ofParts } from '../snapshot-size.ts'
import { giveBack } from './give-back.ts'
import type { ActingWorker } from './worker-of.ts'

/** A task that was leased to a worker, with the messages up to the one that the attempt answers. */
export interface Claimed extends ClaimedWork {
  history: readonly Message[]
}

/** Each look puts off what is behind in a session or more: so many do not hide other work. */
const mostLooks = 50

/** Leases to a worker up to `room` tasks that it may take; nothing if none waits. */
export async function claimNow(
  ctx: Context,
  worker: ActingWorker,
  { room, taskId = null }: { room: number; taskId?: string | null },
): Promise<Claimed[]> {
  const { tenantId, workerId } = worker
  const { leaseMs, mostPerPrincipal, mostPerTenant } = ctx.config.work
  const most = { mostPerPrincipal, mostPerTenant }
  const claim = { tenantId, workerId, room, taskId, leaseSeconds: leaseMs / 1000, ...most }
  let { claimed, putOff } = await ctx.store.write(tenantId, tx => claimWork(tx, claim))
  for (let looks = 1; claimed.length === 0 && putOff > 0 && looks < mostLooks; looks += 1)
    ({ claimed, putOff } = await ctx.store.write(tenantId, tx => claimWork(tx, claim)))
  if (claimed.length === 0) return []
  // There may be more, and somebody else may have room for it.
  if (claimed.length === room && taskId === null)
    for (const lane of new Set(claimed.map(task => task.lane))) ctx.workers.wakeHere({ tenantId, lane })
  for (const { taskId: id, lane } of claimed) {
    ctx.hints.publish(id)
    ctx.activity.publish(lane)
  }
  return withHistories(ctx, worker, claimed)
}

/** What histories take is known when some were read: an answer is larger than its bound by so many of them at most. */
const readAtFirst = 8

/** Adds to each task what its attempt is given, until that is a large answer. The rest goes back into the queue. */
async function withHistories(ctx: Context, worker: ActingWorker, claimed: readonly ClaimedWork[]): Promise<Claimed[]> {
  const complete: Claimed[] = []
  let chars = 0
  while (complete.length < claimed.length && chars < limits.pageBytes) {
    const fitting = chars === 0 ? readAtFirst : Math.ceil(((limits.pageBytes - chars) * complete.length) / chars)
    const portion = claimed.slice(complete.length, complete.length + fitting)
    const histories = await historiesOf(ctx, worker, portion)
    for (const history of histories) for (const { parts } of history) chars += ofParts(parts)
    complete.push(...portion.map((task, index) => ({ ...task, history: histories[index] ?? [] })))
  }
  await giveBack(ctx, worker, claimed.slice(complete.length))
  return complete
}

/** Most tasks have come with their only message. */
async function historiesOf(ctx: Context, worker: ActingWorker, tasks: readonly ClaimedWork[]): Promise<Message[][]> {
  const known = tasks.map(({ message }) => (message && !holdsFiles(message) ? [message] : null))
  const missing = tasks.filter((_, index) => known[index] === null).map(task => task.taskId)
  const turns = missing.length > 0 ? await readTurns(ctx, worker.tenantId, missing) : new Map<string, Message[]>()
  return tasks.map(({ taskId }, index) => known[index] ?? turns.get(taskId) ?? [])
}

export interface Wait {
  worker: ActingWorker
  room: number
  waitMs: number
  signal: AbortSignal
}

/** Hints may be lost, and a session's next task may be put off. */
const pollMs = 2_000

/** The same, waiting for the first task. */
export async function claimSoon(ctx: Context, { worker, room, waitMs, signal }: Wait): Promise<Claimed[]> {
  using attendance = ctx.workers.attend(worker, true)
  const until = performance.now() + waitMs
  for (;;) {
    const claimed = await claimNow(ctx, worker, { room })
    const left = until - performance.now()
    if (claimed.length > 0 || left <= 0 || signal.aborted) return claimed
    attendance.isCalled()
    await attendance.next(Math.min(left, pollMs), signal)
  }
}
