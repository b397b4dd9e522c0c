import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { isTerminal } from '@codetether/protocol/task-state'
import { TaskParams } from '@codetether/protocol/v10/params'
import { getTask } from '../../operations/get-task.ts'
import { presentFrame, presentTask } from '../../present/task-v10.ts'
import { takeStreamSlot } from '../../stream-slot.ts'
import { followCall } from '../follow-call.ts'
import type { Method } from '../method.ts'

/**
 * `SubscribeToTask` (A2A v1.0 §3.1.6): the task as it is, then each change. A task that has ended is UNSUPPORTED_OPERATION,
 * unless a cursor asks for the frames that the caller has missed.
 */
export const subscribeToTask: Method<TaskParams> = {
  name: 'SubscribeToTask',
  permission: 'tasks:read',
  params: TaskParams,
  async handle(call) {
    const { ctx, principal, params, lastEventId } = call
    takeStreamSlot(call)
    const snapshot = await getTask(ctx, principal, params.id, limits.historyLength)
    const { state } = snapshot.task
    if (lastEventId === null && isTerminal(state))
      throw new PlatformError('UNSUPPORTED_OPERATION', `the task is ${state}: there is nothing to subscribe to`, {
        metadata: { taskId: params.id, state },
      })
    return followCall(call, { taskId: params.id, after: lastEventId, snapshot }, { presentTask, presentFrame })
  },
}
