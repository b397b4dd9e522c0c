import { TaskParams } from '@codetether/protocol/v10/params'
import { presentTask } from '../../present/task-v10.ts'
import type { Method } from '../method.ts'
import { readTask } from '../read-task.ts'
import { viewOf } from '../view-of.ts'

/** `GetTask` (A2A v1.0 §3.1.3). */
export const getTask: Method<TaskParams> = {
  name: 'GetTask',
  permission: 'tasks:read',
  params: TaskParams,
  async handle(call) {
    const { id, historyLength } = call.params
    return { result: presentTask(await readTask(call, { id, historyLength }), viewOf(call, historyLength)) }
  },
}
