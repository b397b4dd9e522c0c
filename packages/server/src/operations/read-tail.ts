import type { LoggedEvent } from '@codetether/protocol/task-event'
import { isTerminal, type TaskState } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Subscription } from '../hints.ts'
import type { LogPart } from '../news.ts'
import { readEvents } from '../store/read-events.ts'
import { findMessagesUpTo, type TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { taskNotFound } from './get-task.ts'
import { insertFiles, insertSnapshotFiles } from './inline-files.ts'

/** Where a reader of a log is. */
export interface Tail {
  snapshot: TaskSnapshot
  /** The generation of the last frame that the reader has. */
  generation: number
  /** Events up to here were read. Never less than the generation: each generation has a seq of its own. */
  seq: number
}

/** Why there is nothing more to read: for now, for good, or because the next event is not kept any more. */
export type TailEnd = 'open' | 'over' | 'gone'

/** A stream ends with a terminal state or a question. With `auth-required` it stays open: credentials come out of band. */
export const endsStream = (state: TaskState): boolean => isTerminal(state) || state === 'input-required'

/** The tail behind a snapshot, or behind an earlier generation. */
export const tailBehind = (snapshot: TaskSnapshot, generation?: number): Tail => ({
  snapshot: remains(snapshot),
  generation: generation ?? snapshot.task.generation,
  seq: generation ?? snapshot.task.lastSeq,
})

/** What later frames need of a snapshot. The rest may be megabytes, and a stream may last for hours. */
const remains = ({ task, messages }: TaskSnapshot): TaskSnapshot => ({
  task,
  messages: messages.slice(0, 1),
  artifacts: [],
})

/** Yields what is in the log by now. A part of the log with a gap in it is not shown at all. */
export async function* readTail(
  ctx: Context,
  tail: Tail,
  news: Pick<Subscription, 'take'>,
): AsyncGenerator<TaskFrame, TailEnd, undefined> {
  const { tenantId } = tail.snapshot.task
  for (;;) {
    const part = await readPart(ctx, tail, news)
    if (!isWhole(tail, part)) return 'gone'
    const events = await insertFiles(fn => ctx.store.read(tenantId, fn), tenantId, part.events)
    const last = part.more ? undefined : events.at(-1)
    for (const event of events) {
      if (event.generation !== null && event.generation > tail.generation) {
        tail.generation = event.generation
        yield await toFrame(ctx, tail, { event, isLast: event === last })
      }
      tail.seq = event.seq
    }
    if (!part.more) return endsStream(part.state) ? 'over' : 'open'
  }
}

/** The next part of the log: what this process has just written need not be read. */
async function readPart(ctx: Context, tail: Tail, news: Pick<Subscription, 'take'>): Promise<LogPart> {
  const { tenantId, id: taskId } = tail.snapshot.task
  const known = news.take(tail.seq)
  if (known && isWhole(tail, known)) return known
  const part = await ctx.store.read(tenantId, tx => readEvents(tx, { tenantId, taskId, afterSeq: tail.seq }))
  if (!part) throw taskNotFound()
  return part
}

/** Generations are gapless: the reader's next one comes first, and the last one is that of the task. */
function isWhole({ generation }: Tail, { events, more, reached }: LogPart): boolean {
  const ahead = events.flatMap(event => event.generation ?? []).filter(shown => shown > generation)
  return ahead.every((shown, n) => shown === generation + n + 1) && (more || generation + ahead.length === reached)
}

/** The frame that shows an event of a task. */
export async function toFrame(
  ctx: Context,
  { snapshot }: Pick<Tail, 'snapshot'>,
  { event, isLast }: { event: LoggedEvent; isLast: boolean },
): Promise<TaskFrame> {
  const { id: taskId, contextId } = snapshot.task
  const generation = event.generation ?? 0
  if (event.kind === 'created') return { kind: 'snapshot', generation, snapshot: await asCreated(ctx, snapshot, event) }
  const final = isLast && event.kind === 'status' && endsStream(event.state)
  return { kind: 'event', generation, taskId, contextId, event, final }
}

/** The task as it was when it was stored: what the event `created` shows. */
async function asCreated(
  ctx: Context,
  { task, messages }: TaskSnapshot,
  { seq, at }: LoggedEvent,
): Promise<TaskSnapshot> {
  const { tenantId, id } = task
  const created = { ...task, state: 'submitted', statusMessage: null, statusSeq: seq, statusAt: at } as const
  const snapshot = { task: { ...created, generation: 1, lastSeq: seq }, artifacts: [] }
  const known = messages.filter(m => m.seq <= seq)
  if (known.length > 0) return { ...snapshot, messages: known }
  // A snapshot holds the newest messages only, and this is the oldest one.
  const first = await ctx.store.read(tenantId, tx => findMessagesUpTo(tx, { tenantId, id, seq }))
  const complete = { ...snapshot, messages: first }
  const [withFiles] = await insertSnapshotFiles(fn => ctx.store.read(tenantId, fn), tenantId, [complete])
  return withFiles ?? complete
}
