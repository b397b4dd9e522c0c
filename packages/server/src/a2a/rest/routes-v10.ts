import { type RestVersion, taskRoutes } from './route.ts'

const configs = '/tasks/{taskId}/pushNotificationConfigs'

const listFields = {
  contextId: 'text',
  status: 'text',
  pageSize: 'integer',
  pageToken: 'text',
  historyLength: 'integer',
  statusTimestampAfter: 'text',
  includeArtifacts: 'boolean',
} as const

/** The paths of A2A v1.0 (§5.3, §11.3). */
export const routesV10: RestVersion = {
  version: '1.0',
  routes: [
    { verb: 'POST', path: '/message:send', method: 'SendMessage', answers: 'json' },
    { verb: 'POST', path: '/message:stream', method: 'SendStreamingMessage', answers: 'stream' },
    { verb: 'GET', path: '/tasks', method: 'ListTasks', query: listFields, answers: 'json' },
    ...taskRoutes({ get: 'GetTask', cancel: 'CancelTask', subscribe: 'SubscribeToTask' }),
    { verb: 'POST', path: configs, method: 'CreateTaskPushNotificationConfig', answers: 'json' },
    {
      verb: 'GET',
      path: configs,
      method: 'ListTaskPushNotificationConfigs',
      query: { pageSize: 'integer', pageToken: 'text' },
      answers: 'json',
    },
    { verb: 'GET', path: `${configs}/{id}`, method: 'GetTaskPushNotificationConfig', answers: 'json' },
    { verb: 'DELETE', path: `${configs}/{id}`, method: 'DeleteTaskPushNotificationConfig', answers: 'nothing' },
    { verb: 'GET', path: '/extendedAgentCard', method: 'GetExtendedAgentCard', answers: 'json' },
  ],
}
