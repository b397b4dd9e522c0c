import { TaskIdParams } from '@codetether/protocol/v03/params'
import type * as wire from '@codetether/protocol/v03/wire'
import { presentFrame, presentTask } from '../../present/task-v03.ts'
import { takeStreamSlot } from '../../stream-slot.ts'
import { followCall } from '../follow-call.ts'
import type { Frames, Method } from '../method.ts'

/**
 * `tasks/resubscribe` (A2A v0.3 §7.9). Without a cursor a snapshot of the task comes first, so nothing that
 * happened in between is missing; a task that has ended is answered with it alone.
 */
export const tasksResubscribe: Method<TaskIdParams, Frames<wire.Task, wire.StreamEvent>> = {
  name: 'tasks/resubscribe',
  permission: 'tasks:read',
  params: TaskIdParams,
  async handle(call) {
    const { params, lastEventId } = call
    takeStreamSlot(call)
    return followCall(call, { taskId: params.taskId, after: lastEventId }, { presentTask, presentFrame })
  },
}
