import { PlatformError } from '@codetether/protocol/errors'
import { GetPushParams } from '@codetether/protocol/v03/params'
import type { TaskPushConfig } from '@codetether/protocol/v03/proto-push'
import { getPush, listPush } from '../../operations/push-configs.ts'
import { presentPushConfig } from '../../present/push-config-v03.ts'
import type { Method, Result } from '../method.ts'

/** `tasks/pushNotificationConfig/get` (A2A v0.3 §7.6). Without an id it is the first one of the task. */
export const pushConfigGet: Method<GetPushParams, Result<TaskPushConfig>> = {
  name: 'tasks/pushNotificationConfig/get',
  permission: 'tasks:read',
  params: GetPushParams,
  async handle({ ctx, principal, params: { id: taskId, pushNotificationConfigId: id } }) {
    if (id !== undefined) return { result: presentPushConfig(await getPush(ctx, principal, { taskId, id })) }
    const [first] = (await listPush(ctx, principal, { taskId, pageSize: 1, pageToken: '' })).configs
    if (!first) throw new PlatformError('TASK_NOT_FOUND', 'the task has no push notification config')
    return { result: presentPushConfig(first) }
  },
}
