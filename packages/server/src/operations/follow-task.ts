import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import type { News } from '../news.ts'
import type { Principal } from '../principal.ts'
import { findEarliestCursor } from '../store/read-events.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { CursorGone } from './cursor-gone.ts'
import { getTask } from './get-task.ts'
import { endsStream, readTail, tailBehind } from './read-tail.ts'

export interface Follow {
  taskId: string
  /**
   * The generation after which to go on. With null, a snapshot comes first and then only what comes after it. `start` is
   * all of the log, from the creation of the task on; where the log has lost its beginning, the same as null.
   */
  after: number | 'start' | null
  /** The task as the caller knows it already: it is not read again, and comes first where a snapshot does. */
  snapshot?: TaskSnapshot | null
  /** The whole log up to that snapshot, if the caller knows it too. */
  events?: readonly LoggedEvent[] | null
  signal: AbortSignal
}

/**
 * The one way to follow a task: a snapshot or a cursor, then the tail of the log until the task has ended or asks its
 * caller something. Throws TASK_NOT_FOUND, INVALID_PARAMS for a cursor that the task has not reached, and CursorGone
 * where events that the reader has not seen are not kept any more.
 */
export async function* snapshotAndTail(
  ctx: Context,
  principal: Principal,
  { taskId, after, snapshot: known, events, signal }: Follow,
): AsyncGenerator<TaskFrame, void, undefined> {
  const news = known && events ? newsOf(known, events) : null
  using hints = ctx.hints.subscribe({ tenantId: principal.tenantId, taskId }, news)
  const read = () => getTask(ctx, principal, taskId, limits.historyLength)
  let snapshot: TaskSnapshot | null = known ?? (await read())
  checkCursor(snapshot, after)
  let tail = tailBehind(snapshot, after === 'start' ? 0 : (after ?? undefined))
  if (after !== null) snapshot = null
  for (let begun = false; !signal.aborted; begun = true) {
    if (snapshot) {
      const { generation, state } = snapshot.task
      yield { kind: 'snapshot', generation, snapshot }
      if (endsStream(state)) return
      snapshot = null
    }
    const end = yield* readTail(ctx, tail, hints)
    if (end === 'over') return
    if (end === 'gone') {
      snapshot = await read()
      if (after !== 'start' || tail.generation > 0) throw await cursorGone(ctx, snapshot, tail.generation)
      tail = tailBehind(snapshot)
      continue
    }
    if (!begun) yield { kind: 'open', generation: tail.generation }
    await hints.next(limits.streamPollMs, signal)
  }
}

const newsOf = ({ task }: TaskSnapshot, events: readonly LoggedEvent[]): News => ({
  ...{ afterSeq: 0, lastSeq: task.lastSeq, chars: 0 },
  part: () => ({ events: [...events], more: false, reached: task.generation, state: task.state }),
})

function checkCursor({ task: { generation } }: TaskSnapshot, after: Follow['after']) {
  if (typeof after === 'number' && after > generation)
    throw new PlatformError('INVALID_PARAMS', `the task has no generation ${after}`, { metadata: { generation } })
}

async function cursorGone(ctx: Context, snapshot: TaskSnapshot, cursor: number): Promise<CursorGone> {
  const { tenantId, id, generation } = snapshot.task
  const earliest = await ctx.store.read(tenantId, tx => findEarliestCursor(tx, tenantId, id))
  return new CursorGone(snapshot, { cursor, earliest: earliest ?? generation })
}
