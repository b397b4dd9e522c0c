import { fromProtoPushRequest } from '@codetether/protocol/v03/proto-push'
import { type RestRoute, type RestVersion, taskRoutes } from './route.ts'

const configs = '/tasks/{id}/pushNotificationConfigs'

const atV1 = (route: RestRoute): RestRoute => ({ ...route, path: `/v1${route.path}` })

/** The paths of A2A v0.3 (§3.2.3, §3.5.6), where the proto and the text agree or differ in a verb only. */
export const routesV03: RestVersion = {
  version: '0.3',
  routes: [
    { verb: 'POST', path: '/message:send', method: 'message/send', answers: 'json' } as const,
    { verb: 'POST', path: '/message:stream', method: 'message/stream', answers: 'stream' } as const,
    ...taskRoutes({ get: 'tasks/get', cancel: 'tasks/cancel', subscribe: 'tasks/resubscribe' }),
    {
      verb: 'POST',
      path: configs,
      method: 'tasks/pushNotificationConfig/set',
      answers: 'json',
      params: ({ path: { id = '' }, body }) => fromProtoPushRequest(body ?? {}, id),
    } as const satisfies RestRoute,
    { verb: 'GET', path: configs, method: 'tasks/pushNotificationConfig/list', answers: 'json' } as const,
    {
      verb: 'GET',
      path: `${configs}/{pushNotificationConfigId}`,
      method: 'tasks/pushNotificationConfig/get',
      answers: 'json',
    } as const,
    {
      verb: 'DELETE',
      path: `${configs}/{pushNotificationConfigId}`,
      method: 'tasks/pushNotificationConfig/delete',
      answers: 'nothing',
    } as const,
    { verb: 'GET', path: '/card', method: 'agent/getAuthenticatedExtendedCard', answers: 'json' } as const,
  ].map(atV1),
}
