import { type ErrorCode, PlatformError } from '@codetether/protocol/errors'
import { z } from 'zod'
import type { Permission } from '../principal.ts'
import type { AnyMethod, Method } from './method.ts'
import { messageSend } from './methods/message-send.ts'
import { messageStream } from './methods/message-stream.ts'
import { tasksCancel } from './methods/tasks-cancel.ts'
import { tasksGet } from './methods/tasks-get.ts'
import { tasksList } from './methods/tasks-list.ts'
import { tasksResubscribe } from './methods/tasks-resubscribe.ts'
import { parseParams } from './parse-params.ts'

const served = <Params>({ name, permission, isExtension = false, params, handle }: Method<Params>): AnyMethod => ({
  name,
  permission,
  isExtension,
  call: (call, input) => handle({ ...call, params: parseParams(params, input) }),
})

/** A method of the specification that this server declares not to have. */
const refused = (name: string, permission: Permission, code: ErrorCode, message: string): AnyMethod =>
  served({ name, permission, params: z.unknown(), handle: () => Promise.reject(new PlatformError(code, message)) })

const noPush = (name: string) =>
  refused(name, 'tasks:write', 'PUSH_NOTIFICATION_NOT_SUPPORTED', 'push notifications are not supported')

/** Every method that exists in A2A v0.3, and `tasks/list`. */
export const methods: ReadonlyMap<string, AnyMethod> = new Map(
  [
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
    refused(
      'agent/getAuthenticatedExtendedCard',
      'agents:read',
      'EXTENDED_CARD_NOT_CONFIGURED',
      'there is no extended card',
    ),
  ].map(method => [method.name, method]),
)
