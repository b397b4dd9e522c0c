import type * as proto from './proto.ts'
import type * as wire from './wire.ts'

/**
 * From the JSON-RPC shapes of A2A v0.3 to ProtoJSON of its proto. What the proto has no field for is left out: metadata of
 * parts, names of files, `referenceTaskIds`.
 */
const stateNames: Readonly<Record<wire.TaskStatus['state'], proto.TaskState>> = {
  submitted: 'TASK_STATE_SUBMITTED',
  working: 'TASK_STATE_WORKING',
  'input-required': 'TASK_STATE_INPUT_REQUIRED',
  completed: 'TASK_STATE_COMPLETED',
  canceled: 'TASK_STATE_CANCELLED',
  failed: 'TASK_STATE_FAILED',
  rejected: 'TASK_STATE_REJECTED',
  'auth-required': 'TASK_STATE_AUTH_REQUIRED',
  unknown: 'TASK_STATE_UNSPECIFIED',
}

function toProtoPart(part: wire.Part): proto.Part {
  if (part.kind === 'text') return { text: part.text }
  if (part.kind === 'data') return { data: { data: part.data } }
  const { file } = part
  const mimeType = file.mimeType ? { mimeType: file.mimeType } : {}
  return { file: 'uri' in file ? { fileWithUri: file.uri, ...mimeType } : { fileWithBytes: file.bytes, ...mimeType } }
}

/** A message (proto `Message`, specification §6.4). */
export const toProtoMessage = ({
  messageId,
  contextId,
  taskId,
  role,
  parts,
  metadata,
  extensions,
}: wire.Message): proto.Message => ({
  messageId,
  ...(contextId && { contextId }),
  ...(taskId && { taskId }),
  role: role === 'user' ? 'ROLE_USER' : 'ROLE_AGENT',
  content: parts.map(toProtoPart),
  ...(metadata && { metadata }),
  ...(extensions?.length && { extensions }),
})

const toProtoArtifact = ({
  artifactId,
  name,
  description,
  parts,
  metadata,
  extensions,
}: wire.Artifact): proto.Artifact => ({
  artifactId,
  ...(name && { name }),
  ...(description && { description }),
  parts: parts.map(toProtoPart),
  ...(metadata && { metadata }),
  ...(extensions?.length && { extensions }),
})

const toProtoStatus = ({ state, message, timestamp }: wire.TaskStatus): proto.TaskStatus => ({
  state: stateNames[state],
  ...(message && { message: toProtoMessage(message) }),
  ...(timestamp && { timestamp }),
})

/** A task (proto `Task`, specification §6.1). */
export const toProtoTask = ({ id, contextId, status, artifacts, history, metadata }: wire.Task): proto.Task => ({
  id,
  contextId,
  status: toProtoStatus(status),
  ...(artifacts?.length && { artifacts: artifacts.map(toProtoArtifact) }),
  ...(history?.length && { history: history.map(toProtoMessage) }),
  ...(metadata && { metadata }),
})

/** What a message is answered with (proto `SendMessageResponse`). */
export const toProtoSendResponse = (result: wire.Task | wire.Message): proto.SendMessageResponse =>
  result.kind === 'task' ? { task: toProtoTask(result) } : { message: toProtoMessage(result) }

/** One frame of a stream (proto `StreamResponse`, specification §7.2). */
export function toProtoStreamResponse(frame: wire.StreamEvent): proto.StreamResponse {
  if (frame.kind === 'task' || frame.kind === 'message') return toProtoSendResponse(frame)
  const { taskId, contextId } = frame
  const metadata = frame.metadata ? { metadata: frame.metadata } : {}
  if (frame.kind === 'status-update') {
    const status = toProtoStatus(frame.status)
    return { statusUpdate: { taskId, contextId, status, ...(frame.final && { final: true }), ...metadata } }
  }
  const place = { ...(frame.append && { append: true as const }), ...(frame.lastChunk && { lastChunk: true as const }) }
  return { artifactUpdate: { taskId, contextId, artifact: toProtoArtifact(frame.artifact), ...place, ...metadata } }
}
