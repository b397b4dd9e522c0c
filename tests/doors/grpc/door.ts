import { once } from 'node:events'
import * as v10 from '@a2a-js/sdk'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { errorCodes } from '@codetether/protocol/errors'
import { grpcStatus } from '@codetether/protocol/grpc-status'
import { Metadata } from '@grpc/grpc-js'
import type { RpcBody } from '../../platform.ts'
import type { Door, DoorCall, DoorStream } from '../doors.ts'
import type { Answer } from '../support.ts'
import { endOf, grpcClientAt } from './client.ts'

interface Row {
  path: string
  responseStream: boolean
  encode(params: RpcBody): Buffer
  /** What came back, as JSON; undefined where nobody looks at it. */
  decode(bytes: Buffer): RpcBody
}

type Params = DoorCall['params']

interface Definition<Request, Response> {
  path: string
  responseStream: boolean
  requestSerialize(request: Request): Buffer
  responseDeserialize(bytes: Buffer): Response
}

const row = <Request, Response>(
  definition: Definition<Request, Response>,
  toRequest: (params: RpcBody) => Request,
  response: { toJSON(response: Response): unknown } = { toJSON: () => undefined },
): Row => ({
  ...definition,
  encode: params => definition.requestSerialize(toRequest(params)),
  decode: bytes => response.toJSON(definition.responseDeserialize(bytes)),
})

/** ProtoJSON leaves out what is empty; the listing of v1.0 always has all of its keys. */
const listing = {
  toJSON: (list: v10.ListTasksResponse) =>
    Object.assign({ tasks: [], nextPageToken: '', pageSize: 0, totalSize: 0 }, v10.ListTasksResponse.toJSON(list)),
}
const configs = {
  toJSON: (list: v10.ListTaskPushNotificationConfigsResponse) =>
    Object.assign({ configs: [], nextPageToken: '' }, v10.ListTaskPushNotificationConfigsResponse.toJSON(list)),
}
const empty = { toJSON: () => ({}) }

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
    SendMessage: row(A2AService.sendMessage, v10.SendMessageRequest.fromJSON, v10.SendMessageResponse),
    SendStreamingMessage: row(A2AService.sendStreamingMessage, v10.SendMessageRequest.fromJSON, v10.StreamResponse),
    GetTask: row(A2AService.getTask, v10.GetTaskRequest.fromJSON, v10.Task),
    ListTasks: row(A2AService.listTasks, v10.ListTasksRequest.fromJSON, listing),
    CancelTask: row(A2AService.cancelTask, v10.CancelTaskRequest.fromJSON, v10.Task),
    SubscribeToTask: row(A2AService.subscribeToTask, v10.SubscribeToTaskRequest.fromJSON, v10.StreamResponse),
    CreateTaskPushNotificationConfig: row(
      A2AService.createTaskPushNotificationConfig,
      v10.TaskPushNotificationConfig.fromJSON,
      v10.TaskPushNotificationConfig,
    ),
    GetTaskPushNotificationConfig: row(
      A2AService.getTaskPushNotificationConfig,
      v10.GetTaskPushNotificationConfigRequest.fromJSON,
      v10.TaskPushNotificationConfig,
    ),
    ListTaskPushNotificationConfigs: row(
      A2AService.listTaskPushNotificationConfigs,
      v10.ListTaskPushNotificationConfigsRequest.fromJSON,
      configs,
    ),
    DeleteTaskPushNotificationConfig: row(
      A2AService.deleteTaskPushNotificationConfig,
      v10.DeleteTaskPushNotificationConfigRequest.fromJSON,
      empty,
    ),
    GetExtendedAgentCard: row(A2AService.getExtendedAgentCard, v10.GetExtendedAgentCardRequest.fromJSON, v10.AgentCard),
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

/** What stands before an answer, as headers. */
function toHeaders(metadata: Metadata): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(metadata.getMap())) headers.set(name, String(value))
  return headers
}

function rowOf({ version, method }: DoorCall): Row {
  const found = rows[version][method]
  if (!found) throw new Error(`gRPC has no ${method} in ${version}`)
  return found
}

async function call(url: string, asked: DoorCall): Promise<Answer> {
  const { path, responseStream, encode, decode } = rowOf(asked)
  using client = grpcClientAt(await addressOf(url))
  const options = { metadata: asked.headers }
  const request = encode(asked.params satisfies Params)
  const given = responseStream
    ? await endOf(client.stream(path, request, options).resume())
    : await client.call(path, request, options)
  const { code, details, error, headers, message } = { headers: new Metadata(), message: null, ...given }
  const body = error ?? (message && decode(message))
  return { status: code, headers: toHeaders(headers), raw: error ? details : JSON.stringify(body), body }
}

async function follow(url: string, asked: DoorCall): Promise<DoorStream> {
  const { path, encode, decode } = rowOf(asked)
  const client = grpcClientAt(await addressOf(url))
  const stream = client.stream(path, encode(asked.params), { metadata: asked.headers })
  stream.once('close', () => client[Symbol.dispose]())
  const [metadata] = await once(stream, 'metadata')
  const frames = stream[Symbol.asyncIterator]()
  const next = async () => {
    const { done, value } = await frames.next()
    return done ? null : decode(value)
  }
  return {
    headers: toHeaders(metadata),
    next,
    async rest() {
      const all: RpcBody[] = []
      for (let frame = await next(); frame; frame = await next()) all.push(frame)
      return all
    },
    leave() {
      stream.on('error', () => undefined)
      stream.cancel()
    },
  }
}

export const grpcDoor: Door = {
  name: 'gRPC',
  speaksProto: true,
  takesAnyType: false,
  has: (version, method) => method in rows[version],
  call,
  infoOf: ({ body }) => body,
  violationsOf: ({ body }) =>
    body.fields.map((field: string, index: number) => ({ field, description: body.descriptions[index] })),
  resultOf: ({ status, body }) => (status === 0 ? body : undefined),
  follow,
  statusOf: code => grpcStatus[errorCodes[code].status],
}
