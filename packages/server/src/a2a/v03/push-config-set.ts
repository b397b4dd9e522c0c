import { SetPushParams } from '@codetether/protocol/v03/params'
import type { TaskPushConfig } from '@codetether/protocol/v03/proto-push'
import { putPush } from '../../operations/push-configs.ts'
import { presentPushConfig } from '../../present/push-config-v03.ts'
import type { Method, Result } from '../method.ts'

/** `tasks/pushNotificationConfig/set` (A2A v0.3 §7.5). An id that is there already is replaced. */
export const pushConfigSet: Method<SetPushParams, Result<TaskPushConfig>> = {
  name: 'tasks/pushNotificationConfig/set',
  permission: 'tasks:write',
  params: SetPushParams,
  async handle({ ctx, principal, params: { taskId, pushNotificationConfig: wish } }) {
    await ctx.outbound.check(wish.url)
    return { result: presentPushConfig(await putPush(ctx, principal, { taskId, wish, wireVersion: '0.3' })) }
  },
}
