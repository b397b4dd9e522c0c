import type { JsonObject } from '@codetether/protocol/json'
import type { Artifact, Message, Part } from '@codetether/protocol/message'
import type * as wire from '@codetether/protocol/v03/wire'

const asObject = (data: unknown): JsonObject =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as JsonObject) : { value: data as never }

/** A part in the form of A2A v0.3 §6.5. */
export function presentPart(part: Part): wire.Part {
  const metadata = part.metadata && { metadata: part.metadata }
  if ('text' in part) return { kind: 'text', text: part.text, ...metadata }
  if ('data' in part) return { kind: 'data', data: asObject(part.data), ...metadata }
  const named = { ...(part.mediaType && { mimeType: part.mediaType }), ...(part.filename && { name: part.filename }) }
  if ('url' in part) return { kind: 'file', file: { uri: part.url, ...named }, ...metadata }
  return { kind: 'file', file: { bytes: 'raw' in part ? part.raw : '', ...named }, ...metadata }
}

/** A message in the form of A2A v0.3 §6.4, with the task that it belongs to. */
export const presentMessage = (message: Message, ids: { taskId: string; contextId: string }): wire.Message => ({
  kind: 'message',
  messageId: message.messageId,
  role: message.role,
  parts: message.parts.map(presentPart),
  taskId: ids.taskId,
  contextId: ids.contextId,
  ...(message.referenceTaskIds && { referenceTaskIds: message.referenceTaskIds }),
  ...(message.extensions && { extensions: message.extensions }),
  ...(message.metadata && { metadata: message.metadata }),
})

/** An artifact in the form of A2A v0.3 §6.7. */
export const presentArtifact = ({ parts, ...artifact }: Artifact): wire.Artifact => ({
  ...artifact,
  parts: parts.map(presentPart),
})
