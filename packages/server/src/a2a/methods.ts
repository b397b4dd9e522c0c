import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import type { Permission } from '../principal.ts'
import type { WireVersion } from '../store/tasks.ts'
import { extendedCard } from './extended-card.ts'
import type { AnyMethod, Method, Result } from './method.ts'
import { parseParams } from './parse-params.ts'
import { presentV03, presentV10 } from './present-signed.ts'
import { cursorOf, readResume } from './resume.ts'
import { messageSend } from './v03/message-send.ts'
import { messageStream } from './v03/message-stream.ts'
import {
  cardOverProto,
  framesOverProto,
  pushListOverProto,
  pushOverProto,
  sendOverProto,
  streamOverProto,
  taskOverProto,
} from './v03/over-proto.ts'
import { tasksCancel } from './v03/tasks-cancel.ts'
import { tasksGet } from './v03/tasks-get.ts'
import { tasksList } from './v03/tasks-list.ts'
import { tasksResubscribe } from './v03/tasks-resubscribe.ts'
import { cancelTask } from './v10/cancel-task.ts'
import { getTask } from './v10/get-task.ts'
import { listTasks } from './v10/list-tasks.ts'
import { sendMessage } from './v10/send-message.ts'
import { sendStreamingMessage } from './v10/send-streaming-message.ts'
import { subscribeToTask } from './v10/subscribe-to-task.ts'

const served = <Params>({
  name,
  permission,
  isExtension = false,
  params,
  fieldName,
  handle,
}: Method<Params>): AnyMethod => ({
  name,
  permission,
  isExtension,
  async call({ resumes, lastEventId, ...call }, input) {
    if (!resumes) return handle({ ...call, lastEventId, resume: null, params: parseParams(params, input, fieldName) })
    const { resume, rest } = readResume(input)
    return handle({
      ...call,
      lastEventId: cursorOf(lastEventId, resume),
      resume,
      params: parseParams(params, rest, fieldName),
    })
  },
})

/** A method of the specification that this server declares not to have. */
const refused = (
  name: string,
  permission: Permission,
  code: ErrorCode,
  message: string,
): Method<unknown, Result<never>> => ({
  name,
  permission,
  params: z.unknown(),
  handle: () => Promise.reject(new PlatformError(code, message)),
})

const noPush = (name: string) =>
  refused(name, 'tasks:write', 'PUSH_NOTIFICATION_NOT_SUPPORTED', 'push notifications are not supported')

const v03Push = {
  set: noPush('tasks/pushNotificationConfig/set'),
  get: noPush('tasks/pushNotificationConfig/get'),
  list: noPush('tasks/pushNotificationConfig/list'),
  delete: noPush('tasks/pushNotificationConfig/delete'),
}

const v03Card = extendedCard('agent/getAuthenticatedExtendedCard', 'EXTENDED_CARD_NOT_CONFIGURED', presentV03)

const byName = (list: readonly AnyMethod[]): ReadonlyMap<string, AnyMethod> =>
  new Map(list.map(method => [method.name, method]))

/** Every method of A2A v0.3 and v1.0 as JSON-RPC has it, and `tasks/list`. Those of v1.0 are the same in every binding. */
export const methods: Readonly<Record<WireVersion, ReadonlyMap<string, AnyMethod>>> = {
  '0.3': byName([
    served(messageSend),
    served(messageStream),
    served(tasksGet),
    served(tasksCancel),
    served(tasksResubscribe),
    served(tasksList),
    served(v03Push.set),
    served(v03Push.get),
    served(v03Push.list),
    served(v03Push.delete),
    served(v03Card),
  ]),
  '1.0': byName([
    served(sendMessage),
    served(sendStreamingMessage),
    served(getTask),
    served(listTasks),
    served(cancelTask),
    served(subscribeToTask),
    served(noPush('CreateTaskPushNotificationConfig')),
    served(noPush('GetTaskPushNotificationConfig')),
    served(noPush('ListTaskPushNotificationConfigs')),
    served(noPush('DeleteTaskPushNotificationConfig')),
    // A card that does not declare it: §3.1.11.
    served(extendedCard('GetExtendedAgentCard', 'UNSUPPORTED_OPERATION', presentV10)),
  ]),
}

/** The methods of A2A v0.3 as its proto has them, for REST and gRPC, by the same names. */
export const protoMethods: ReadonlyMap<string, AnyMethod> = byName([
  served(sendOverProto(messageSend)),
  served(streamOverProto(messageStream)),
  served(taskOverProto(tasksGet)),
  served(taskOverProto(tasksCancel)),
  served(framesOverProto(tasksResubscribe)),
  served(pushOverProto(v03Push.set)),
  served(pushOverProto(v03Push.get)),
  served(pushListOverProto(v03Push.list)),
  served(v03Push.delete),
  served(cardOverProto(v03Card)),
])
