import {
  AgentCard,
  CancelTaskRequest,
  DeleteTaskPushNotificationConfigRequest,
  GetExtendedAgentCardRequest,
  GetTaskPushNotificationConfigRequest,
  GetTaskRequest,
  ListTaskPushNotificationConfigsRequest,
  ListTaskPushNotificationConfigsResponse,
  ListTasksRequest,
  ListTasksResponse,
  SendMessageRequest,
  SendMessageResponse,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
  TaskPushNotificationConfig,
} from '@a2a-js/sdk'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import type { GrpcOperation } from '../grpc.ts'
import type { ProtocolVersion } from '../operation.ts'
import { fromLegacy } from './from-legacy.ts'
import { toLegacyPush, toLegacyRequest, wholeHistory } from './to-legacy.ts'

/** A method of a service: its path, and JSON to and from its messages. */
export interface GrpcMethod {
  path: string
  /** Throws if the request has a form that the message cannot hold. */
  toRequest(json: unknown): Buffer
  /** Throws if the bytes are no such message. */
  fromResponse(bytes: Buffer): unknown
}

interface Definition<Request, Response> {
  path: string
  requestSerialize: (request: Request) => Buffer
  responseDeserialize: (bytes: Buffer) => Response
}

const newer = <Request, Response>(
  { path, requestSerialize, responseDeserialize }: Definition<Request, Response>,
  request: { fromJSON(json: unknown): Request },
  response: { toJSON(response: Response): unknown },
): GrpcMethod => ({
  path,
  toRequest: json => requestSerialize(request.fromJSON(json)),
  fromResponse: bytes => response.toJSON(responseDeserialize(bytes)),
})

const older = <Request, Response>(
  { path, requestSerialize, responseDeserialize }: Definition<Request, Response>,
  toRequest: (json: Record<string, unknown>) => Request,
): GrpcMethod => ({
  path,
  toRequest: json => requestSerialize(toRequest(Object(json))),
  fromResponse: bytes => fromLegacy(responseDeserialize(bytes)),
})

const named = ({ id }: Record<string, unknown>) => ({ name: `tasks/${id}` })

/** Configurations are named as in v1.0: by their task and their own id. */
const pushNamed = ({ taskId, id }: Record<string, unknown>) => ({
  name: `tasks/${taskId}/pushNotificationConfigs/${id}`,
})

const nothing = { toJSON: () => ({}) }

/** What has its default value does not travel, nor is it in JSON; the fields of a list are always there (A2A v1.0 §3.1.4). */
const wholeList = {
  toJSON: (list: ListTasksResponse) => ({
    ...{ tasks: [], nextPageToken: '', pageSize: 0, totalSize: 0 },
    ...Object(ListTasksResponse.toJSON(list)),
  }),
}

/** The services (A2A v1.0 §10.2, v0.3 §3.5.6). v0.3 has no listing over gRPC. */
export const grpcMethods: Readonly<
  Record<ProtocolVersion, Readonly<Partial<Record<GrpcOperation['name'], GrpcMethod>>>>
> = {
  '1.0': {
    send: newer(A2AService.sendMessage, SendMessageRequest, SendMessageResponse),
    stream: newer(A2AService.sendStreamingMessage, SendMessageRequest, StreamResponse),
    get: newer(A2AService.getTask, GetTaskRequest, Task),
    list: newer(A2AService.listTasks, ListTasksRequest, wholeList),
    cancel: newer(A2AService.cancelTask, CancelTaskRequest, Task),
    subscribe: newer(A2AService.subscribeToTask, SubscribeToTaskRequest, StreamResponse),
    createPush: newer(
      A2AService.createTaskPushNotificationConfig,
      TaskPushNotificationConfig,
      TaskPushNotificationConfig,
    ),
    getPush: newer(
      A2AService.getTaskPushNotificationConfig,
      GetTaskPushNotificationConfigRequest,
      TaskPushNotificationConfig,
    ),
    listPush: newer(
      A2AService.listTaskPushNotificationConfigs,
      ListTaskPushNotificationConfigsRequest,
      ListTaskPushNotificationConfigsResponse,
    ),
    deletePush: newer(A2AService.deleteTaskPushNotificationConfig, DeleteTaskPushNotificationConfigRequest, nothing),
    extendedCard: newer(A2AService.getExtendedAgentCard, GetExtendedAgentCardRequest, AgentCard),
  },
  '0.3': {
    send: older(LegacyA2AService.sendMessage, toLegacyRequest),
    stream: older(LegacyA2AService.sendStreamingMessage, toLegacyRequest),
    get: older(LegacyA2AService.getTask, given => ({
      ...named(given),
      historyLength: Number(given.historyLength ?? wholeHistory),
    })),
    cancel: older(LegacyA2AService.cancelTask, named),
    subscribe: older(LegacyA2AService.taskSubscription, named),
    createPush: older(LegacyA2AService.createTaskPushNotificationConfig, toLegacyPush),
    getPush: older(LegacyA2AService.getTaskPushNotificationConfig, pushNamed),
    listPush: older(LegacyA2AService.listTaskPushNotificationConfig, ({ taskId }) => ({
      ...{ parent: `tasks/${taskId}`, pageSize: 0, pageToken: '' },
    })),
    deletePush: older(LegacyA2AService.deleteTaskPushNotificationConfig, pushNamed),
    extendedCard: older(LegacyA2AService.getAgentCard, () => ({})),
  },
}
