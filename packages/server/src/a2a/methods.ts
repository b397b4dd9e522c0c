import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import type { Permission } from '../principal.ts'
import type { WireVersion } from '../store/tasks.ts'
import { extendedCard } from './extended-card.ts'
import type { AnyMethod, Method } from './method.ts'
import { parseParams } from './parse-params.ts'
import { cursorOf, readResume } from './resume.ts'
import { messageSend } from './v03/message-send.ts'
import { messageStream } from './v03/message-stream.ts'
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
const refused = (name: string, permission: Permission, code: ErrorCode, message: string): AnyMethod =>
  served({ name, permission, params: z.unknown(), handle: () => Promise.reject(new PlatformError(code, message)) })

const noPush = (name: string) =>
  refused(name, 'tasks:write', 'PUSH_NOTIFICATION_NOT_SUPPORTED', 'push notifications are not supported')

const byName = (list: readonly AnyMethod[]): ReadonlyMap<string, AnyMethod> =>
  new Map(list.map(method => [method.name, method]))

/** Every method of A2A v0.3 and v1.0 over JSON-RPC, and `tasks/list`. */
export const methods: Readonly<Record<WireVersion, ReadonlyMap<string, AnyMethod>>> = {
  '0.3': byName([
    served(messageSend),
    served(messageStream),
    served(tasksGet),
    served(tasksCancel),
    served(tasksResubscribe),
    served(tasksList),
    noPush('tasks/pushNotificationConfig/set'),
    noPush('tasks/pushNotificationConfig/get'),
    noPush('tasks/pushNotificationConfig/list'),
    noPush('tasks/pushNotificationConfig/delete'),
    served(extendedCard('agent/getAuthenticatedExtendedCard', '0.3', 'EXTENDED_CARD_NOT_CONFIGURED')),
  ]),
  '1.0': byName([
    served(sendMessage),
    served(sendStreamingMessage),
    served(getTask),
    served(listTasks),
    served(cancelTask),
    served(subscribeToTask),
    noPush('CreateTaskPushNotificationConfig'),
    noPush('GetTaskPushNotificationConfig'),
    noPush('ListTaskPushNotificationConfigs'),
    noPush('DeleteTaskPushNotificationConfig'),
    // A card that does not declare it: §3.1.11.
    served(extendedCard('GetExtendedAgentCard', '1.0', 'UNSUPPORTED_OPERATION')),
  ]),
}
