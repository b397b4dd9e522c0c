import { PlatformError } from '@codetether/protocol/errors'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { isInterrupted, isTerminal, type TaskState, taskStates } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import { insertBlobs } from '../store/blobs.ts'
import { changeTask, type Fence, type LeaseChange, type TaskChange } from '../store/change-task.ts'
import type { TaskRow } from '../store/tasks.ts'
import { extractFiles } from './inline-files.ts'
import { planEvents } from './plan-events.ts'

const unfinished = taskStates.filter(state => !isTerminal(state))

interface Application {
  tenantId: string
  taskId: string
  events: readonly TaskEvent[]
  actor: string
  from?: readonly TaskState[]
  lastSeq?: number
  fence?: Fence
  principal?: string
  /** Taken by a new attempt. Else the lease is kept while the task runs and given up when it does not. */
  lease?: LeaseChange
}

const settles = (events: readonly TaskEvent[]): boolean =>
  events.some(event => event.kind === 'status' && (isTerminal(event.state) || isInterrupted(event.state)))

/**
 * The one way in which events come to a stored task: checked by the state machine, fenced, numbered and stored in one
 * transaction; readers are woken after COMMIT.
 * @returns the row after the change, or null if the task is not there, not in one of the states `from`, not held by the
 * fence's attempt, or beyond `lastSeq`.
 */
export async function applyEvents(ctx: Context, application: Application): Promise<TaskRow | null> {
  const { tenantId, taskId, actor, fence, principal, lastSeq, from = unfinished } = application
  const { events, blobs: files } = extractFiles(application.events)
  const blobs = files.map(blob => ({ ...blob, taskId }))
  const change: TaskChange = {
    taskId,
    plan: planEvents(events, actor),
    from,
    ...(lastSeq !== undefined && { lastSeq }),
    ...(fence && { fence }),
    ...(principal !== undefined && { principal }),
    lease: application.lease ?? (settles(events) ? 'release' : 'keep'),
  }
  const row = await ctx.store.write(tenantId, async tx => {
    const [changed] = await Promise.all([changeTask(tx, tenantId, change), insertBlobs(tx, tenantId, blobs)])
    return changed
  })
  if (row) ctx.hints.publish(taskId)
  return row
}

/** The same for a running attempt, which has lost its lease if nothing changed. */
export async function applyFenced(ctx: Context, application: Application & { fence: Fence }): Promise<TaskRow> {
  const row = await applyEvents(ctx, application)
  if (row) return row
  throw new PlatformError('LEASE_LOST', 'the task has ended or runs elsewhere', {
    metadata: { taskId: application.taskId },
  })
}
