import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { TaskParams } from '@codetether/protocol/v10/params'
import { cancelTask as cancel } from '../../operations/cancel-task.ts'
import { getTask } from '../../operations/get-task.ts'
import { presentTask } from '../../present/task-v10.ts'
import type { Method } from '../method.ts'
import { viewOf } from '../view-of.ts'

const isCanceledAlready = (error: unknown): boolean =>
  error instanceof PlatformError && error.code === 'TASK_NOT_CANCELABLE' && error.details.metadata?.state === 'canceled'

/** `CancelTask` (A2A v1.0 §3.1.5). Idempotent: a task that is canceled already is returned. */
export const cancelTask: Method<TaskParams> = {
  name: 'CancelTask',
  permission: 'tasks:write',
  params: TaskParams,
  async handle({ ctx, principal, params: { id }, resume }) {
    await cancel(ctx, principal, id).catch((error: unknown) => {
      if (!isCanceledAlready(error)) throw error
    })
    return { result: presentTask(await getTask(ctx, principal, id, limits.historyLength), viewOf({ resume })) }
  },
}
