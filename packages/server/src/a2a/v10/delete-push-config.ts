import { PushParams } from '@codetether/protocol/v10/params'
import { deletePush } from '../../operations/push-configs.ts'
import type { Method } from '../method.ts'

/** `DeleteTaskPushNotificationConfig` (A2A v1.0 §3.1.10). Idempotent; the answer is google.protobuf.Empty. */
export const deletePushConfig: Method<PushParams> = {
  name: 'DeleteTaskPushNotificationConfig',
  permission: 'tasks:write',
  params: PushParams,
  async handle({ ctx, principal, params }) {
    await deletePush(ctx, principal, params)
    return { result: {} }
  },
}
