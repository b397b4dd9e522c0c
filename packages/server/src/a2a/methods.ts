import { resumeUri } from '@codetether/protocol/resume-extension'
import { parseParams } from '../parse-params.ts'
import type { WireVersion } from '../store/tasks.ts'
import { extendedCard } from './extended-card.ts'
import type { AnyMethod, Method } from './method.ts'
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
import { pushConfigDelete } from './v03/push-config-delete.ts'
import { pushConfigGet } from './v03/push-config-get.ts'
import { pushConfigList } from './v03/push-config-list.ts'
import { pushConfigSet } from './v03/push-config-set.ts'
import { tasksCancel } from './v03/tasks-cancel.ts'
import { tasksGet } from './v03/tasks-get.ts'
import { tasksList } from './v03/tasks-list.ts'
import { tasksResubscribe } from './v03/tasks-resubscribe.ts'
import { cancelTask } from './v10/cancel-task.ts'
import { createPushConfig } from './v10/create-push-config.ts'
import { deletePushConfig } from './v10/delete-push-config.ts'
import { getPushConfig } from './v10/get-push-config.ts'
import { getTask } from './v10/get-task.ts'
import { listPushConfigs } from './v10/list-push-configs.ts'
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
  async call({ lastEventId, ...call }, input) {
    if (!call.extensions.activated.has(resumeUri))
      return handle({ ...call, lastEventId, resume: null, params: parseParams(params, input, fieldName) })
    const { resume, rest } = readResume(input)
    return handle({
      ...call,
      lastEventId: cursorOf(lastEventId, resume),
      resume,
      params: parseParams(params, rest, fieldName),
    })
  },
})

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
    served(pushConfigSet),
    served(pushConfigGet),
    served(pushConfigList),
    served(pushConfigDelete),
    served(v03Card),
  ]),
  '1.0': byName([
    served(sendMessage),
    served(sendStreamingMessage),
    served(getTask),
    served(listTasks),
    served(cancelTask),
    served(subscribeToTask),
    served(createPushConfig),
    served(getPushConfig),
    served(listPushConfigs),
    served(deletePushConfig),
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
  served(pushOverProto(pushConfigSet)),
  served(pushOverProto(pushConfigGet)),
  served(pushListOverProto(pushConfigList)),
  served(pushConfigDelete),
  served(cardOverProto(v03Card)),
])
