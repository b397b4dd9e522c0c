import { toBase64 } from '../base64.ts'
import { type UnknownObject as Fields, isObject } from '../json.ts'
import { toInteger } from '../to-integer.ts'
import { fieldOf, fieldsOf } from './proto-fields.ts'
import { fromProtoPushConfig } from './proto-push.ts'

/**
 * From ProtoJSON of the v0.3 proto to the params of the JSON-RPC methods. Nothing is refused here: what does not fit
 * travels on as it is, and the schemas in `params.ts` tell what is wrong with it.
 */
const roles = new Map<unknown, string>([
  ['ROLE_USER', 'user'],
  ['ROLE_AGENT', 'agent'],
  [1, 'user'],
  [2, 'agent'],
])

function fromProtoFile(file: Fields): Fields {
  const { fileWithUri, fileWithBytes, ...named } = fieldsOf(file, ['fileWithUri', 'fileWithBytes', 'mimeType', 'name'])
  return {
    ...(fileWithUri !== undefined && { uri: fileWithUri }),
    ...(fileWithBytes !== undefined && {
      bytes: typeof fileWithBytes === 'string' ? (toBase64(fileWithBytes) ?? fileWithBytes) : fileWithBytes,
    }),
    ...named,
  }
}

/** A part holds exactly one content: with more or fewer it becomes a part without any, which the schema refuses. */
function fromProtoPart(part: unknown): unknown {
  // Who writes `kind` writes the shapes of JSON-RPC.
  if (!isObject(part) || 'kind' in part) return part
  const contents = fieldsOf(part, ['file', 'data'])
  if (typeof part.text === 'string') contents.text = part.text
  const { text, file, data } = contents
  const metadata = fieldsOf(part, ['metadata'])
  if (Object.keys(contents).length !== 1) return metadata
  if (text !== undefined) return { kind: 'text', text, ...metadata }
  if (file !== undefined) return { kind: 'file', file: isObject(file) ? fromProtoFile(file) : file, ...metadata }
  // A data part without data is an empty object; with other fields it is not what its writer meant.
  const isData = isObject(data) && Object.keys(data).every(key => key === 'data')
  return { kind: 'data', ...(isData && { data: data.data ?? {} }), ...metadata }
}

const messageFields = ['messageId', 'contextId', 'taskId', 'metadata', 'extensions', 'referenceTaskIds'] as const

/** A message (proto `Message`) as that of JSON-RPC. Parts may be named `parts` too, as in JSON-RPC. */
export function fromProtoMessage(message: unknown): unknown {
  if (!isObject(message)) return message
  const { content = message.parts, role } = message
  return {
    kind: 'message',
    ...fieldsOf(message, messageFields),
    ...(role !== undefined && { role: roles.get(role) ?? role }),
    ...(content !== undefined && { parts: Array.isArray(content) ? content.map(fromProtoPart) : content }),
  }
}

/** A bool that is not set is false, and a history of 0 messages is one without a limit: the proto's comment says so. */
function fromProtoConfiguration(configuration: unknown): unknown {
  if (!isObject(configuration)) return configuration
  const historyLength = toInteger(fieldOf(configuration, 'historyLength'))
  const push = fieldOf(configuration, 'pushNotification')
  return {
    ...fieldsOf(configuration, ['acceptedOutputModes']),
    blocking: configuration.blocking ?? false,
    ...(historyLength !== undefined && historyLength !== 0 && { historyLength }),
    ...(push !== undefined && { pushNotificationConfig: fromProtoPushConfig(push) }),
  }
}

/** The params of `message/send` and `message/stream` of a proto `SendMessageRequest` (specification §7.1). */
export function fromProtoSendRequest(request: unknown): unknown {
  if (!isObject(request)) return request
  const message = request.message ?? request.request
  const { configuration } = request
  return {
    ...(message !== undefined && { message: fromProtoMessage(message) }),
    ...(configuration != null && { configuration: fromProtoConfiguration(configuration) }),
    ...fieldsOf(request, ['metadata']),
  }
}

/** How the fields of `fromProtoSendRequest` are named in the proto. */
const protoNames: readonly (readonly [RegExp, string])[] = [
  [/^message\.parts\b/, 'message.content'],
  [/\.file\.bytes$/, '.file.fileWithBytes'],
  [/\.file\.uri$/, '.file.fileWithUri'],
  [/^configuration\.pushNotificationConfig\b/, 'configuration.pushNotification'],
]

/** The path of a field as the writer of a proto `SendMessageRequest` knows it. */
export const protoFieldName = (path: string): string =>
  protoNames.reduce((name, [ours, theirs]) => name.replace(ours, theirs), path)
