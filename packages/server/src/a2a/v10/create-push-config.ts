import { CreatePushParams } from '@codetether/protocol/v10/params'
import { putPush } from '../../operations/push-configs.ts'
import { presentPushConfig } from '../../present/push-config-v10.ts'
import type { Method } from '../method.ts'

/** `CreateTaskPushNotificationConfig` (A2A v1.0 §3.1.7). An id that is there already is replaced. */
export const createPushConfig: Method<CreatePushParams> = {
  name: 'CreateTaskPushNotificationConfig',
  permission: 'tasks:write',
  params: CreatePushParams,
  async handle({ ctx, principal, params: { taskId, ...wish } }) {
    await ctx.outbound.check(wish.url)
    return { result: presentPushConfig(await putPush(ctx, principal, { taskId, wish, wireVersion: '1.0' })) }
  },
}
