import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import { isTerminal, type TaskState } from '@codetether/protocol/task-state'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { readEvents } from '../../store/read-events.ts'
import { taskNotFound } from '../get-task.ts'
import { getWork } from './get-work.ts'

export interface OutputRange {
  taskId: string
  /** The seq behind which to go on; 0 is the beginning. */
  after: number
}

export interface OutputPart {
  events: readonly LoggedEvent[]
  /** Where to go on. */
  after: number
  more: boolean
  state: TaskState
}

/**
 * The next part of what a task has put out, and what else its log says. Throws TASK_NOT_FOUND, INVALID_PARAMS for a place that
 * the log has not reached, and CURSOR_GONE for one that is not kept any more.
 */
export async function readOutput(ctx: Context, principal: Principal, range: OutputRange): Promise<OutputPart> {
  const task = await getWork(ctx, principal, range.taskId)
  if (range.after > task.lastSeq)
    throw new PlatformError('INVALID_PARAMS', `the task has no event ${range.after} yet`, {
      fieldViolations: [{ field: 'since', description: `is beyond the last event, ${task.lastSeq}` }],
    })
  return readPart(ctx, principal, range)
}

async function readPart(ctx: Context, { tenantId }: Principal, { taskId, after }: OutputRange): Promise<OutputPart> {
  const part = await ctx.store.read(tenantId, tx => readEvents(tx, { tenantId, taskId, afterSeq: after }))
  if (!part) throw taskNotFound()
  const { events, more, state } = part
  const [first] = events
  if (first && first.seq !== after + 1)
    throw new PlatformError('CURSOR_GONE', 'the output after this place is not kept any more', {
      metadata: { earliest: first.seq - 1 },
    })
  return { events, more, state, after: events.at(-1)?.seq ?? after }
}

/** The same as it comes, until the task has ended. */
export async function* followOutput(
  ctx: Context,
  principal: Principal,
  range: OutputRange & { signal: AbortSignal },
): AsyncGenerator<OutputPart> {
  const { taskId, signal } = range
  using subscription = ctx.hints.subscribe({ tenantId: principal.tenantId, taskId })
  let part = await readOutput(ctx, principal, range)
  for (;;) {
    yield part
    if (signal.aborted || (isTerminal(part.state) && !part.more)) return
    if (!part.more) await subscription.next(limits.streamPollMs, signal)
    part = await readPart(ctx, principal, { taskId, after: part.after })
  }
}
