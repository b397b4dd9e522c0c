import { TaskIdParams } from '@codetether/protocol/v03/params'
import { snapshotAndTail } from '../../operations/follow-task.ts'
import { presentFrame } from '../../present/task-v03.ts'
import type { Method } from '../method.ts'
import { takeStreamSlot } from '../stream-slot.ts'

/**
 * `tasks/resubscribe` (A2A v0.3 §7.9). Without Last-Event-ID a snapshot of the task comes first, so nothing that
 * happened in between is missing; a task that has ended is answered with it alone.
 */
export const tasksResubscribe: Method<TaskIdParams> = {
  name: 'tasks/resubscribe',
  permission: 'tasks:read',
  params: TaskIdParams,
  async handle(call) {
    const { ctx, principal, params, lastEventId, signal } = call
    const { taskId } = params
    takeStreamSlot(call)
    return { stream: snapshotAndTail(ctx, principal, { taskId, after: lastEventId, signal }), present: presentFrame }
  },
}
