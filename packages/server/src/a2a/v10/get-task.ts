import { limits } from '@codetether/protocol/limits'
import { TaskParams } from '@codetether/protocol/v10/params'
import { getTask as read } from '../../operations/get-task.ts'
import { presentTask } from '../../present/task-v10.ts'
import type { Method } from '../method.ts'

/** `GetTask` (A2A v1.0 §3.1.3). */
export const getTask: Method<TaskParams> = {
  name: 'GetTask',
  permission: 'tasks:read',
  params: TaskParams,
  async handle({ ctx, principal, params: { id, historyLength } }) {
    return { result: presentTask(await read(ctx, principal, id, limits.historyLength), { historyLength }) }
  },
}
