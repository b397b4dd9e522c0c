import { limits } from '@codetether/protocol/limits'
import { TaskIdParams } from '@codetether/protocol/v03/params'
import type * as wire from '@codetether/protocol/v03/wire'
import { cancelTask } from '../../operations/cancel-task.ts'
import { getTask } from '../../operations/get-task.ts'
import { presentOldView } from '../../present/old-view.ts'
import { presentTask } from '../../present/task-v03.ts'
import type { Method, Result } from '../method.ts'
import { viewOf } from '../view-of.ts'

/** `tasks/cancel` (A2A v0.3 §7.4). A task that has ended, also by an earlier cancel, is not cancelable. */
export const tasksCancel: Method<TaskIdParams, Result<wire.Task>> = {
  name: 'tasks/cancel',
  permission: 'tasks:write',
  params: TaskIdParams,
  async handle({ ctx, principal, params: { taskId, oldShape }, resume }) {
    await cancelTask(ctx, principal, taskId)
    const snapshot = await getTask(ctx, principal, taskId, limits.historyLength)
    const result = presentTask(snapshot, viewOf({ resume }))
    return { result: oldShape ? { ...result, ...presentOldView(snapshot) } : result }
  },
}
