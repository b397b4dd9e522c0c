import { PushParams } from '@codetether/protocol/v10/params'
import { getPush } from '../../operations/push-configs.ts'
import { presentPushConfig } from '../../present/push-config-v10.ts'
import type { Method } from '../method.ts'

/** `GetTaskPushNotificationConfig` (A2A v1.0 §3.1.8). */
export const getPushConfig: Method<PushParams> = {
  name: 'GetTaskPushNotificationConfig',
  permission: 'tasks:read',
  params: PushParams,
  async handle({ ctx, principal, params }) {
    return { result: presentPushConfig(await getPush(ctx, principal, params)) }
  },
}
