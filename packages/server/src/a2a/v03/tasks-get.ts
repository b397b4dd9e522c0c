import { limits } from '@codetether/protocol/limits'
import { TaskIdParams } from '@codetether/protocol/v03/params'
import { getTask } from '../../operations/get-task.ts'
import { presentOldView } from '../../present/old-view.ts'
import { presentTask } from '../../present/task-v03.ts'
import type { Method } from '../method.ts'

/** `tasks/get` (A2A v0.3 §7.3). */
export const tasksGet: Method<TaskIdParams> = {
  name: 'tasks/get',
  permission: 'tasks:read',
  params: TaskIdParams,
  async handle({ ctx, principal, params: { taskId, historyLength, oldShape } }) {
    const snapshot = await getTask(ctx, principal, taskId, limits.historyLength)
    const result = presentTask(snapshot, { historyLength })
    return { result: oldShape ? { ...result, ...presentOldView(snapshot) } : result }
  },
}
