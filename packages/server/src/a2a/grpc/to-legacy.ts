import type { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import type * as proto from '@codetether/protocol/v03/proto'

/** From ProtoJSON of the v0.3 proto to the SDK's objects, from which it writes messages. */
type LegacyTask = Parameters<typeof LegacyA2AService.getTask.responseSerialize>[0]
type LegacyStatus = NonNullable<LegacyTask['status']>
type LegacyMessage = LegacyTask['history'][number]
type LegacyArtifact = LegacyTask['artifacts'][number]
type LegacyPart = LegacyMessage['content'][number]
type LegacySent = Parameters<typeof LegacyA2AService.sendMessage.responseSerialize>[0]
type LegacyFrame = Parameters<typeof LegacyA2AService.taskSubscription.responseSerialize>[0]

const states: Readonly<Record<proto.TaskState, number>> = {
  TASK_STATE_UNSPECIFIED: 0,
  TASK_STATE_SUBMITTED: 1,
  TASK_STATE_WORKING: 2,
  TASK_STATE_COMPLETED: 3,
  TASK_STATE_FAILED: 4,
  TASK_STATE_CANCELLED: 5,
  TASK_STATE_INPUT_REQUIRED: 6,
  TASK_STATE_REJECTED: 7,
  TASK_STATE_AUTH_REQUIRED: 8,
}
const roles: Readonly<Record<proto.Message['role'], number>> = { ROLE_USER: 1, ROLE_AGENT: 2 }

function toPart(part: proto.Part): LegacyPart {
  if ('text' in part) return { part: { $case: 'text', value: part.text } }
  if ('data' in part) return { part: { $case: 'data', value: part.data } }
  const { fileWithUri, fileWithBytes = '', mimeType = '' } = part.file
  const file =
    fileWithUri === undefined
      ? ({ $case: 'fileWithBytes', value: Buffer.from(fileWithBytes, 'base64') } as const)
      : ({ $case: 'fileWithUri', value: fileWithUri } as const)
  return { part: { $case: 'file', value: { file, mimeType } } }
}

const toMessage = (message: proto.Message): LegacyMessage => ({
  contextId: '',
  taskId: '',
  metadata: undefined,
  extensions: [],
  ...message,
  role: roles[message.role],
  content: message.content.map(toPart),
})

const toArtifact = (artifact: proto.Artifact): LegacyArtifact => ({
  name: '',
  description: '',
  metadata: undefined,
  extensions: [],
  ...artifact,
  parts: artifact.parts.map(toPart),
})

const toStatus = ({ state, message, timestamp }: proto.TaskStatus): LegacyStatus => ({
  state: states[state],
  update: message && toMessage(message),
  timestamp,
})

/** A task (A2A v0.3 §6.1). */
export const toLegacyTask = ({ id, contextId, status, artifacts, history, metadata }: proto.Task): LegacyTask => ({
  ...{ id, contextId, metadata },
  status: toStatus(status),
  artifacts: (artifacts ?? []).map(toArtifact),
  history: (history ?? []).map(toMessage),
})

/** What a message is answered with. */
export const toLegacySent = (sent: proto.SendMessageResponse): LegacySent => ({
  payload:
    'task' in sent
      ? { $case: 'task', value: toLegacyTask(sent.task) }
      : { $case: 'msg', value: toMessage(sent.message) },
})

/** One frame of a stream (A2A v0.3 §7.2). */
export function toLegacyFrame(frame: proto.StreamResponse): LegacyFrame {
  if ('task' in frame || 'message' in frame) return toLegacySent(frame)
  if ('statusUpdate' in frame) {
    const { status, final = false, metadata, ...ids } = frame.statusUpdate
    return { payload: { $case: 'statusUpdate', value: { ...ids, metadata, final, status: toStatus(status) } } }
  }
  const { artifact, append = false, lastChunk = false, metadata, ...ids } = frame.artifactUpdate
  return {
    payload: {
      $case: 'artifactUpdate',
      value: { ...ids, metadata, append, lastChunk, artifact: toArtifact(artifact) },
    },
  }
}
