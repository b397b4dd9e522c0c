import { TaskIdParams } from '@codetether/protocol/v03/params'
import type * as wire from '@codetether/protocol/v03/wire'
import { presentOldView } from '../../present/old-view.ts'
import { presentTask } from '../../present/task-v03.ts'
import type { Method, Result } from '../method.ts'
import { readTask } from '../read-task.ts'
import { viewOf } from '../view-of.ts'

/** `tasks/get` (A2A v0.3 §7.3). */
export const tasksGet: Method<TaskIdParams, Result<wire.Task>> = {
  name: 'tasks/get',
  permission: 'tasks:read',
  params: TaskIdParams,
  async handle(call) {
    const { taskId, historyLength, oldShape } = call.params
    const snapshot = await readTask(call, { id: taskId, historyLength: oldShape ? undefined : historyLength })
    const result = presentTask(snapshot, viewOf(call, historyLength))
    return { result: oldShape ? { ...result, ...presentOldView(snapshot) } : result }
  },
}
