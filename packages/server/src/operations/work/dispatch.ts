import { PlatformError } from '@codetether/protocol/errors'
import { isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findLaneOf, moveToLane } from '../../store/lanes.ts'
import { readyForWorker } from '../../store/lease.ts'
import type { WorkRow } from '../../store/read-work.ts'
import { applyEvents } from '../apply-events.ts'
import { getWork } from './get-work.ts'

const conflict = ({ id, state }: WorkRow) =>
  new PlatformError('CONFLICT', `the task is ${state}`, { metadata: { taskId: id, state } })

/**
 * Lets a waiting task be taken at once, also if its codebase is not watched or its time has not come.
 * Throws TASK_NOT_FOUND, or CONFLICT for a task that does not wait.
 */
export async function dispatchWork(ctx: Context, principal: Principal, id: string): Promise<WorkRow> {
  const { tenantId } = principal
  const task = await getWork(ctx, principal, id)
  const lane = await ctx.store.read(tenantId, tx => findLaneOf(tx, tenantId, task.id))
  if (!lane) throw conflict(task)
  const free = await ctx.lanes.idOf(tenantId, { ...lane, held: false })
  const isMoved = await ctx.store.write(tenantId, tx => moveToLane(tx, { tenantId, taskId: task.id, lane: free }))
  if (!isMoved) throw conflict(await getWork(ctx, principal, id))
  ctx.workers.wake({ tenantId, lane: free })
  // Nobody watches a lane that is new.
  if (lane.codebaseId !== null) ctx.activity.publish(lane.codebaseId)
  return getWork(ctx, principal, id)
}

/**
 * Takes a running task away from its worker and puts it back into the queue; one that waits is dispatched.
 * Throws TASK_NOT_FOUND, or CONFLICT for a task that has ended.
 */
export async function requeueWork(ctx: Context, principal: Principal, id: string): Promise<WorkRow> {
  const task = await getWork(ctx, principal, id)
  if (task.state === 'submitted') return dispatchWork(ctx, principal, id)
  if (isTerminal(task.state)) throw conflict(task)
  const row = await applyEvents(ctx, {
    tenantId: principal.tenantId,
    principal: principal.id,
    taskId: task.id,
    actor: principal.id,
    from: ['working'],
    events: [{ kind: 'status', state: 'submitted' }],
    lease: { ...readyForWorker(), begins: false },
  })
  if (!row) throw conflict(await getWork(ctx, principal, id))
  const { tenantId, workerId, lane } = row
  if (workerId !== null) ctx.workers.tell({ tenantId, workerId }, { kind: 'task_cancelled', taskId: row.id })
  if (lane !== null) ctx.workers.wake({ tenantId, lane })
  return getWork(ctx, principal, id)
}
