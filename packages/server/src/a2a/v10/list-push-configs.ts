import { ListPushParams } from '@codetether/protocol/v10/params'
import { listPush } from '../../operations/push-configs.ts'
import { presentPushConfig } from '../../present/push-config-v10.ts'
import type { Method } from '../method.ts'

/** `ListTaskPushNotificationConfigs` (A2A v1.0 §3.1.9), in the order of their ids. */
export const listPushConfigs: Method<ListPushParams> = {
  name: 'ListTaskPushNotificationConfigs',
  permission: 'tasks:read',
  params: ListPushParams,
  async handle({ ctx, principal, params }) {
    const { configs, nextPageToken } = await listPush(ctx, principal, params)
    return { result: { configs: configs.map(presentPushConfig), nextPageToken } }
  },
}
