import type { Artifact, Message, Part } from '@codetether/protocol/message'
import type * as wire from '@codetether/protocol/v10/wire'

/** A part in the form of A2A v1.0 §4.1.6, which is the platform's own but for bytes that are stored elsewhere. */
function presentPart(part: Part): wire.Part {
  if (!('blob' in part)) return part
  const { blob: _, ...rest } = part
  return { raw: '', ...rest }
}

/** A message in the form of A2A v1.0 §4.1.4, with the task that it belongs to. */
export const presentMessage = (
  { messageId, role, parts, ...rest }: Message,
  ids: { taskId: string; contextId: string },
): wire.Message => ({
  messageId,
  role: role === 'user' ? 'ROLE_USER' : 'ROLE_AGENT',
  parts: parts.map(presentPart),
  ...ids,
  ...rest,
})

/** An artifact in the form of A2A v1.0 §4.1.7. */
export const presentArtifact = ({ parts, ...artifact }: Artifact): wire.Artifact => ({
  ...artifact,
  parts: parts.map(presentPart),
})
