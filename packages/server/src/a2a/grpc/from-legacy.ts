import type { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'

/**
 * From the SDK's objects for the v0.3 proto to ProtoJSON: it has no codec for that. Roles travel on as numbers, which
 * readers of ProtoJSON take too, and what is not set as its default.
 */
type Request = ReturnType<typeof LegacyA2AService.sendMessage.requestDeserialize>
type LegacyMessage = NonNullable<Request['request']>
type LegacyPart = LegacyMessage['content'][number]

function toPart({ part }: LegacyPart): object {
  if (part?.$case === 'text') return { text: part.value }
  if (part?.$case === 'data') return { data: { data: part.value.data ?? {} } }
  if (part?.$case !== 'file') return {}
  const { file, mimeType } = part.value
  if (file?.$case === 'fileWithUri') return { file: { fileWithUri: file.value, mimeType } }
  return { file: { fileWithBytes: file?.value.toString('base64') ?? '', mimeType } }
}

const toMessage = ({ content, ...message }: LegacyMessage): object => ({ ...message, content: content.map(toPart) })

/** A request to send a message (A2A v0.3 §7.1). */
export const toSendRequest = ({ request, configuration, metadata }: Request): object => ({
  ...(request && { message: toMessage(request) }),
  ...(configuration && { configuration }),
  ...(metadata && { metadata }),
})
