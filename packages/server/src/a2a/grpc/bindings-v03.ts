import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { PlatformError } from '@codetether/protocol/errors'
import { fromName, fromProtoPushRequest } from '@codetether/protocol/v03/proto-push'
import { protoMethods } from '../methods.ts'
import { type Binding, methodIn } from './binding.ts'
import { toSendRequest } from './from-legacy.ts'
import type { Shape } from './scan-message.ts'
import { createPush03, flat, send03 } from './shapes.ts'
import { toLegacyFrame, toLegacySent, toLegacyTask } from './to-legacy.ts'
import { type ProtoCard, toLegacyCard } from './to-legacy-card.ts'
import { type ProtoPush, toLegacyPush } from './to-legacy-push.ts'

/** A method of the SDK's service for v0.3, and ProtoJSON of its messages, for which the SDK has no codec. */
interface Codec<Request, Response, Result> {
  definition: {
    readonly path: string
    readonly responseStream: boolean
    readonly requestDeserialize: (bytes: Buffer) => Request
    readonly responseSerialize: (response: Response) => Buffer
  }
  method: string
  shape?: Shape
  params(request: Request): unknown
  response(result: Result): Response
}

const bind = <Request, Response, Result>(codec: Codec<Request, Response, Result>): Binding => ({
  path: codec.definition.path,
  streams: codec.definition.responseStream,
  version: '0.3',
  method: methodIn(protoMethods, codec.method),
  shape: codec.shape ?? flat,
  toParams: bytes => codec.params(codec.definition.requestDeserialize(bytes)),
  // The table says what a method answers with; its type is closed over there.
  toMessage: result => codec.definition.responseSerialize(codec.response(result as Result)),
})

/** The ids in a resource name. Throws INVALID_PARAMS. */
function idsIn(name: string, field: 'name' | 'parent'): { id: string; configId: string | undefined } {
  const ids = fromName(name)
  if (ids) return { id: ids.taskId, configId: ids.configId }
  throw new PlatformError('INVALID_PARAMS', `${field} is not the name of a task`, {
    fieldViolations: [{ field, description: 'must look like tasks/{id}' }],
  })
}

const taskNamed = ({ name }: { name: string }) => ({ id: idsIn(name, 'name').id })
const configNamed = ({ name }: { name: string }) => {
  const { id, configId } = idsIn(name, 'name')
  return { id, ...(configId !== undefined && { pushNotificationConfigId: configId }) }
}

/** The service `a2a.v1.A2AService` (A2A v0.3 §3.2.2, §7). A listing is not in its proto. */
export const bindingsV03: readonly Binding[] = [
  bind({
    definition: LegacyA2AService.sendMessage,
    method: 'message/send',
    shape: send03,
    params: toSendRequest,
    response: toLegacySent,
  }),
  bind({
    definition: LegacyA2AService.sendStreamingMessage,
    method: 'message/stream',
    shape: send03,
    params: toSendRequest,
    response: toLegacyFrame,
  }),
  bind({
    definition: LegacyA2AService.getTask,
    method: 'tasks/get',
    // The proto says: without a limit if it is 0.
    params: ({ historyLength, ...named }) => ({ ...taskNamed(named), ...(historyLength !== 0 && { historyLength }) }),
    response: toLegacyTask,
  }),
  bind({
    definition: LegacyA2AService.cancelTask,
    method: 'tasks/cancel',
    params: taskNamed,
    response: toLegacyTask,
  }),
  bind({
    definition: LegacyA2AService.taskSubscription,
    method: 'tasks/resubscribe',
    params: taskNamed,
    response: toLegacyFrame,
  }),
  bind({
    definition: LegacyA2AService.createTaskPushNotificationConfig,
    method: 'tasks/pushNotificationConfig/set',
    shape: createPush03,
    params: ({ parent, ...body }) => fromProtoPushRequest(body, idsIn(parent, 'parent').id),
    response: toLegacyPush,
  }),
  bind({
    definition: LegacyA2AService.getTaskPushNotificationConfig,
    method: 'tasks/pushNotificationConfig/get',
    params: configNamed,
    response: toLegacyPush,
  }),
  bind({
    definition: LegacyA2AService.listTaskPushNotificationConfig,
    method: 'tasks/pushNotificationConfig/list',
    params: ({ parent }) => ({ id: idsIn(parent, 'parent').id }),
    response: ({ configs }: { configs: ProtoPush[] }) => ({ configs: configs.map(toLegacyPush), nextPageToken: '' }),
  }),
  bind({
    definition: LegacyA2AService.deleteTaskPushNotificationConfig,
    method: 'tasks/pushNotificationConfig/delete',
    params: configNamed,
    response: () => ({}),
  }),
  bind({
    definition: LegacyA2AService.getAgentCard,
    method: 'agent/getAuthenticatedExtendedCard',
    params: () => ({}),
    response: (card: ProtoCard) => toLegacyCard(card),
  }),
]
