import * as v10 from '@a2a-js/sdk'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { errorCodes } from '@codetether/protocol/errors'
import { grpcStatus } from '@codetether/protocol/grpc-status'
import type { RpcBody } from '../../platform.ts'
import type { Door, DoorCall } from '../doors.ts'
import type { Answer } from '../support.ts'
import { answerOf, endOf, grpcClientAt } from './client.ts'

interface Row {
  path: string
  responseStream: boolean
  encode(params: RpcBody): Buffer
}

type Params = DoorCall['params']

const row = <Request>(
  definition: { path: string; responseStream: boolean; requestSerialize(request: Request): Buffer },
  toRequest: (params: RpcBody) => Request,
): Row => ({ ...definition, encode: params => definition.requestSerialize(toRequest(params)) })

const none = { authentication: undefined, token: '' }
const sending = ({ message, configuration }: RpcBody) => ({
  request: {
    ...{ contextId: '', metadata: undefined, extensions: [] },
    ...message,
    role: 1,
    content: message.content.map(({ text }: { text: string }) => ({ part: { $case: 'text' as const, value: text } })),
  },
  configuration: configuration && { pushNotification: undefined, historyLength: 0, blocking: true, ...configuration },
  metadata: undefined,
})
const named = ({ id }: RpcBody) => ({ name: `tasks/${id}` })
const config = ({ taskId, id }: RpcBody) => ({ name: `tasks/${taskId}/pushNotificationConfigs/${id}` })

/** The methods by their names in JSON-RPC, with the official codec of their requests. */
const rows: Readonly<Record<DoorCall['version'], Readonly<Record<string, Row>>>> = {
  '1.0': {
    SendMessage: row(A2AService.sendMessage, v10.SendMessageRequest.fromJSON),
    SendStreamingMessage: row(A2AService.sendStreamingMessage, v10.SendMessageRequest.fromJSON),
    GetTask: row(A2AService.getTask, v10.GetTaskRequest.fromJSON),
    ListTasks: row(A2AService.listTasks, v10.ListTasksRequest.fromJSON),
    CancelTask: row(A2AService.cancelTask, v10.CancelTaskRequest.fromJSON),
    SubscribeToTask: row(A2AService.subscribeToTask, v10.SubscribeToTaskRequest.fromJSON),
    CreateTaskPushNotificationConfig: row(
      A2AService.createTaskPushNotificationConfig,
      v10.TaskPushNotificationConfig.fromJSON,
    ),
    GetTaskPushNotificationConfig: row(
      A2AService.getTaskPushNotificationConfig,
      v10.GetTaskPushNotificationConfigRequest.fromJSON,
    ),
    ListTaskPushNotificationConfigs: row(
      A2AService.listTaskPushNotificationConfigs,
      v10.ListTaskPushNotificationConfigsRequest.fromJSON,
    ),
    DeleteTaskPushNotificationConfig: row(
      A2AService.deleteTaskPushNotificationConfig,
      v10.DeleteTaskPushNotificationConfigRequest.fromJSON,
    ),
    GetExtendedAgentCard: row(A2AService.getExtendedAgentCard, v10.GetExtendedAgentCardRequest.fromJSON),
  },
  '0.3': {
    'message/send': row(LegacyA2AService.sendMessage, sending),
    'message/stream': row(LegacyA2AService.sendStreamingMessage, sending),
    'tasks/get': row(LegacyA2AService.getTask, params => ({ ...named(params), historyLength: 0 })),
    'tasks/cancel': row(LegacyA2AService.cancelTask, named),
    'tasks/resubscribe': row(LegacyA2AService.taskSubscription, named),
    'tasks/pushNotificationConfig/set': row(
      LegacyA2AService.createTaskPushNotificationConfig,
      ({ taskId, id, url }) => ({
        ...{ parent: `tasks/${taskId}`, configId: id },
        config: { name: '', pushNotificationConfig: { id, url, ...none } },
      }),
    ),
    'tasks/pushNotificationConfig/get': row(LegacyA2AService.getTaskPushNotificationConfig, config),
    'tasks/pushNotificationConfig/list': row(LegacyA2AService.listTaskPushNotificationConfig, ({ taskId }) => ({
      ...{ parent: `tasks/${taskId}`, pageSize: 0, pageToken: '' },
    })),
    'tasks/pushNotificationConfig/delete': row(LegacyA2AService.deleteTaskPushNotificationConfig, config),
    'agent/getAuthenticatedExtendedCard': row(LegacyA2AService.getAgentCard, () => ({})),
  },
}

/** Where the server at this address has its gRPC port: its card says so. */
async function addressOf(url: string): Promise<string> {
  const response = await fetch(`${url}/.well-known/agent-card.json`, { headers: { 'a2a-version': '1.0' } })
  const [, address] = /"url":"([^"]+)","protocolBinding":"GRPC"/.exec(await response.text()) ?? []
  if (address === undefined) throw new Error('the card names no gRPC')
  return address
}

async function call(url: string, { version, method, params, headers }: DoorCall): Promise<Answer> {
  const found = rows[version][method]
  if (!found) throw new Error(`gRPC has no ${method} in ${version}`)
  using client = grpcClientAt(await addressOf(url))
  const options = { metadata: headers }
  const request = found.encode(params satisfies Params)
  const given = found.responseStream
    ? await endOf(client.stream(found.path, request, options).resume())
    : await client.call(found.path, request, options)
  const { code, details, error } = { ...answerOf(null), ...given }
  return { status: code, headers: new Headers(), raw: details, body: error }
}

export const grpcDoor: Door = {
  name: 'gRPC',
  speaksProto: true,
  has: (version, method) => method in rows[version],
  call,
  infoOf: ({ body }) => body,
  statusOf: code => grpcStatus[errorCodes[code].status],
}
