import type { TaskEvent } from '@codetether/protocol/task-event'
import { isInterrupted, isTerminal, type TaskState, taskStates } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { LogPart, News } from '../news.ts'
import {
  eventsOf,
  type LeaseChange,
  type SerializedChange,
  serializeChange,
  type TaskChange,
} from '../store/change-task.ts'
import type { Fence } from '../store/lease.ts'
import type { Plan } from '../store/plan.ts'
import type { TaskRow } from '../store/tasks.ts'
import { extractFiles } from './inline-files.ts'
import { loggedEvents } from './logged-events.ts'
import { planEvents } from './plan-events.ts'

const unfinished = taskStates.filter(state => !isTerminal(state))

interface Application
  extends Pick<
    TaskChange,
    'whenRead' | 'principal' | 'request' | 'turn' | 'lostLeases' | 'deadLetter' | 'reportSeq' | 'note'
  > {
  tenantId: string
  taskId: string
  events: readonly TaskEvent[]
  actor: string
  from?: readonly TaskState[]
  fence?: Fence
  /** Else it is kept while the task runs and given up when it does not. */
  lease?: LeaseChange
}

/** The task has ended or asks something: nobody runs it any more. */
export const settles = (events: readonly TaskEvent[]): boolean =>
  events.some(event => event.kind === 'status' && (isTerminal(event.state) || isInterrupted(event.state)))

/**
 * The one way in which events come to a stored task: checked by the state machine, fenced, numbered and stored in one
 * transaction; readers are woken after COMMIT.
 * @returns the row after the change, or null if the task is not there, not in one of the states `from`, not held by the
 * fence's attempt, has a message that nobody has read, or knows the message id already.
 */
export async function applyEvents(ctx: Context, application: Application): Promise<TaskRow | null> {
  const { tenantId, actor, events: given, from = unfinished, lease, ...rest } = application
  const { events, blobs } = extractFiles(given)
  const change: TaskChange = {
    ...rest,
    plan: planEvents(events, actor),
    from,
    lease: lease ?? (settles(events) ? 'give up' : 'keep'),
  }
  const json = serializeChange(change)
  const row = await ctx.changes.add(tenantId, { change, json, blobs })
  if (row) ctx.hints.publish(change.taskId, newsOf(row, change.plan, json))
  if (row?.lane != null) ctx.activity.publish(row.lane)
  if (row?.hasPush) ctx.pushes.wake()
  return row
}

/** The events as a reader would read them back: from what was stored, for the agent may have changed its own since. */
function newsOf(
  { lastSeq, generation, state, updatedAt }: TaskRow,
  { count, visible }: Plan,
  json: SerializedChange,
): News {
  const before = { seq: lastSeq - count, generation: generation - visible, at: updatedAt }
  let part: LogPart | null = null
  return {
    afterSeq: before.seq,
    lastSeq,
    chars: json.length,
    part() {
      part ??= { events: loggedEvents(eventsOf(json), before), more: false, reached: generation, state }
      return part
    },
  }
}
