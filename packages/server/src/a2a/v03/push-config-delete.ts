import { DeletePushParams } from '@codetether/protocol/v03/params'
import { deletePush } from '../../operations/push-configs.ts'
import type { Method } from '../method.ts'

/** `tasks/pushNotificationConfig/delete` (A2A v0.3 §7.8). Idempotent; the result is null. */
export const pushConfigDelete: Method<DeletePushParams> = {
  name: 'tasks/pushNotificationConfig/delete',
  permission: 'tasks:write',
  params: DeletePushParams,
  async handle({ ctx, principal, params: { id: taskId, pushNotificationConfigId: id } }) {
    await deletePush(ctx, principal, { taskId, id })
    return { result: null }
  },
}
