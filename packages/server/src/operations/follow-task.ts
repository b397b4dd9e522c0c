import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import { isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { readEvents } from '../store/read-events.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { getTask } from './get-task.ts'
import { insertFiles } from './inline-files.ts'

export interface Follow {
  taskId: string
  /**
   * The generation after which to go on; 0 for all of the log, also what happened before the call. With null, a
   * snapshot comes first and then only what comes after it.
   */
  after: number | null
  /** The snapshot to come first, for a caller who knows from where to go on. */
  snapshot?: TaskSnapshot | null
  signal: AbortSignal
}

/** A stream ends with a terminal state or a question. With `auth-required` it stays open: credentials come out of band. */
const endsStream = (event: LoggedEvent): boolean =>
  event.kind === 'status' && (isTerminal(event.state) || event.state === 'input-required')

/**
 * The one way to follow a task: a snapshot or a cursor, then the tail of the log until the task has ended or asks its
 * caller something. Throws TASK_NOT_FOUND, and INVALID_PARAMS for a cursor that the task has not reached.
 */
export async function* snapshotAndTail(
  ctx: Context,
  principal: Principal,
  { taskId, after, snapshot: known, signal }: Follow,
): AsyncGenerator<TaskFrame, void, undefined> {
  using hints = ctx.hints.subscribe({ tenantId: principal.tenantId, taskId })
  let snapshot = (after === null && known) || (await getTask(ctx, principal, taskId, limits.historyLength))
  const { task } = snapshot
  if (after !== null && after > task.generation)
    throw new PlatformError('INVALID_PARAMS', `the task has no generation ${after}`, {
      metadata: { generation: task.generation },
    })
  if (after === null) {
    yield { kind: 'snapshot', generation: task.generation, snapshot }
    if (isTerminal(task.state) || task.state === 'input-required') return
  }
  snapshot = remains(snapshot)
  const tail = { ctx, snapshot, after: after ?? task.generation, seq: after ?? task.lastSeq }
  while (!signal.aborted) {
    const ended = yield* readTail(tail)
    if (ended) return
    await hints.next(limits.streamPollMs, signal)
  }
}

/** What later frames need of a snapshot. The rest may be megabytes, and a stream may last for hours. */
const remains = ({ task, messages }: TaskSnapshot): TaskSnapshot => ({
  task,
  messages: messages.slice(0, 1),
  artifacts: [],
})

interface Tail {
  ctx: Context
  snapshot: TaskSnapshot
  after: number
  /** Events up to here were read. Never less than the generation: each generation has a seq of its own. */
  seq: number
}

/** Yields what is in the log by now. @returns true if the stream ends here. */
async function* readTail(tail: Tail): AsyncGenerator<TaskFrame, boolean, undefined> {
  const { ctx, snapshot } = tail
  const { tenantId, id: taskId } = snapshot.task
  for (;;) {
    const range = { tenantId, taskId, afterSeq: tail.seq }
    const { events: rows, more } = await ctx.store.read(tenantId, tx => readEvents(tx, range))
    const events = await insertFiles(fn => ctx.store.read(tenantId, fn), tenantId, rows)
    const last = events.at(-1)
    for (const event of events) {
      if (event.generation !== null && event.generation > tail.after)
        yield toFrame(snapshot, event, !more && event === last && endsStream(event))
      tail.seq = event.seq
    }
    if (!more) return isOver(tail, last)
  }
}

/** True after an event that ends the stream, and for a cursor at the very end of a task that is over. */
const isOver = ({ snapshot: { task }, seq }: Tail, last: LoggedEvent | undefined): boolean =>
  last ? endsStream(last) : seq >= task.lastSeq && (isTerminal(task.state) || task.state === 'input-required')

function toFrame(snapshot: TaskSnapshot, event: LoggedEvent, final: boolean): TaskFrame {
  const { task } = snapshot
  const generation = event.generation ?? 0
  if (event.kind !== 'created')
    return { kind: 'event', generation, taskId: task.id, contextId: task.contextId, event, final }
  return { kind: 'snapshot', generation, snapshot: asCreated(snapshot, event) }
}

/** The task as it was when it was stored: what the event `created` shows. */
const asCreated = ({ task, messages }: TaskSnapshot, { seq, at }: LoggedEvent): TaskSnapshot => ({
  task: { ...task, state: 'submitted', statusMessage: null, statusSeq: seq, statusAt: at, generation: 1, lastSeq: seq },
  messages: messages.filter(m => m.seq <= seq),
  artifacts: [],
})
