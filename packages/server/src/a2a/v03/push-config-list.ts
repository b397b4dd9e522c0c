import { ListPushParams } from '@codetether/protocol/v03/params'
import type { TaskPushConfig } from '@codetether/protocol/v03/proto-push'
import { listPush } from '../../operations/push-configs.ts'
import { presentPushConfig } from '../../present/push-config-v03.ts'
import type { Method, Result } from '../method.ts'

/** `tasks/pushNotificationConfig/list` (A2A v0.3 §7.7): all of a task, in the order of their ids. */
export const pushConfigList: Method<ListPushParams, Result<TaskPushConfig[]>> = {
  name: 'tasks/pushNotificationConfig/list',
  permission: 'tasks:read',
  params: ListPushParams,
  async handle({ ctx, principal, params: { id: taskId } }) {
    const { configs } = await listPush(ctx, principal, { taskId, pageSize: 0, pageToken: '' })
    return { result: configs.map(presentPushConfig) }
  },
}
