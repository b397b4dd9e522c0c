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
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { methods } from '../methods.ts'
import { type Binding, methodIn } from './binding.ts'
import type { Shape } from './scan-message.ts'
import { cancel10, flat, list10, push10, send10 } from './shapes.ts'

/** A method of the SDK's service, and the ProtoJSON of its messages. */
interface Codec<Request, Response> {
  definition: {
    readonly path: string
    readonly responseStream: boolean
    readonly requestDeserialize: (bytes: Buffer) => Request
    readonly responseSerialize: (response: Response) => Buffer
  }
  shape: Shape
  request: { toJSON(request: Request): unknown }
  response: { fromJSON(json: unknown): Response }
}

function bind<Request, Response>({ definition, shape, request, response }: Codec<Request, Response>): Binding {
  const { path, responseStream: streams } = definition
  return {
    path,
    streams,
    version: '1.0',
    method: methodIn(methods['1.0'], path.slice(path.lastIndexOf('/') + 1)),
    shape,
    toParams: bytes => request.toJSON(definition.requestDeserialize(bytes)),
    toMessage: result => definition.responseSerialize(response.fromJSON(result)),
  }
}

const empty = { fromJSON: () => ({}) }

/** The service `lf.a2a.v1.A2AService` (A2A v1.0 §10): its methods have the names of the table, and ProtoJSON is their shape. */
export const bindingsV10: readonly Binding[] = [
  bind({
    definition: A2AService.sendMessage,
    shape: send10,
    request: SendMessageRequest,
    response: SendMessageResponse,
  }),
  bind({
    definition: A2AService.sendStreamingMessage,
    shape: send10,
    request: SendMessageRequest,
    response: StreamResponse,
  }),
  bind({ definition: A2AService.getTask, shape: flat, request: GetTaskRequest, response: Task }),
  bind({ definition: A2AService.listTasks, shape: list10, request: ListTasksRequest, response: ListTasksResponse }),
  bind({ definition: A2AService.cancelTask, shape: cancel10, request: CancelTaskRequest, response: Task }),
  bind({
    definition: A2AService.subscribeToTask,
    shape: flat,
    request: SubscribeToTaskRequest,
    response: StreamResponse,
  }),
  bind({
    definition: A2AService.createTaskPushNotificationConfig,
    shape: push10,
    request: TaskPushNotificationConfig,
    response: TaskPushNotificationConfig,
  }),
  bind({
    definition: A2AService.getTaskPushNotificationConfig,
    shape: flat,
    request: GetTaskPushNotificationConfigRequest,
    response: TaskPushNotificationConfig,
  }),
  bind({
    definition: A2AService.listTaskPushNotificationConfigs,
    shape: flat,
    request: ListTaskPushNotificationConfigsRequest,
    response: ListTaskPushNotificationConfigsResponse,
  }),
  bind({
    definition: A2AService.deleteTaskPushNotificationConfig,
    shape: flat,
    request: DeleteTaskPushNotificationConfigRequest,
    response: empty,
  }),
  bind({
    definition: A2AService.getExtendedAgentCard,
    shape: flat,
    request: GetExtendedAgentCardRequest,
    response: AgentCard,
  }),
]
