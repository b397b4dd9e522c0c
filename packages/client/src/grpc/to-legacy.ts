import type { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { limits } from '@codetether/protocol/limits'
import type * as proto from '@codetether/protocol/v03/proto'

/** From ProtoJSON of the v0.3 proto to the SDK's objects, from which it writes messages: it has no JSON of that proto. */
type Request = Parameters<typeof LegacyA2AService.sendMessage.requestSerialize>[0]
type Configuration = NonNullable<Request['configuration']>
type Message = NonNullable<Request['request']>
type Part = Message['content'][number]

const toPart = (part: proto.Part): Part => {
  if ('text' in part) return { part: { $case: 'text', value: part.text } }
  if ('data' in part) return { part: { $case: 'data', value: part.data } }
  const { fileWithUri, fileWithBytes = '', mimeType = '' } = part.file
  const file =
    fileWithUri === undefined
      ? ({ $case: 'fileWithBytes', value: Buffer.from(fileWithBytes, 'base64') } as const)
      : ({ $case: 'fileWithUri', value: fileWithUri } as const)
  return { part: { $case: 'file', value: { file, mimeType } } }
}

const toMessage = ({ role, content, ...message }: proto.Message): Message => ({
  ...{ contextId: '', taskId: '', metadata: undefined, extensions: [] },
  ...message,
  role: role === 'ROLE_USER' ? 1 : 2,
  content: content.map(toPart),
})

/** The proto says that 0 is no limit, and servers take it for no history: a number that no history has means the same to all. */
export const wholeHistory = limits.historyLength

/** What `codecProtoV03` makes of the params. */
interface SendRequest {
  message?: proto.Message
  configuration?: Partial<Configuration>
  metadata?: Request['metadata']
}

export const toLegacyRequest = ({ message, configuration, metadata }: SendRequest): Request => ({
  request: message && toMessage(message),
  configuration: configuration && {
    ...{ acceptedOutputModes: [], pushNotification: undefined, historyLength: wholeHistory, blocking: false },
    ...configuration,
  },
  metadata,
})

type PushRequest = Parameters<typeof LegacyA2AService.createTaskPushNotificationConfig.requestSerialize>[0]

/** A configuration without credentials. */
export const toLegacyPush = ({ taskId, id, url }: Record<string, unknown>): PushRequest => {
  const [parent, configId] = [`tasks/${taskId}`, String(id)]
  const pushNotificationConfig = { id: configId, url: String(url), token: '', authentication: undefined }
  return {
    ...{ parent, configId },
    config: { name: `${parent}/pushNotificationConfigs/${configId}`, pushNotificationConfig },
  }
}
