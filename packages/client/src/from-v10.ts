import { isTerminal, taskStates } from '@codetether/protocol/task-state'
import type * as v03 from '@codetether/protocol/v03/wire'
import type * as v10 from '@codetether/protocol/v10/answers'
import { wireStates } from '@codetether/protocol/v10/task-state'

/**
 * From the answers of A2A v1.0 to the form of v0.3. What v0.3 has no place for goes: names and types of parts that are no
 * files.
 */
const stateOf = (name: v10.TaskStatus['state']): v03.TaskStatus['state'] =>
  taskStates.find(state => wireStates[state] === name) ?? 'unknown'

/** Fields that are there: v1.0 may write null or an empty value for one that is not set. */
const given = <Field extends string, Value>(
  field: Field,
  value: Value | null | undefined,
): { [Key in Field]?: NonNullable<Value> } => {
  if (value === null || value === undefined || value === '') return {}
  const fields: { [Key in Field]?: NonNullable<Value> } = {}
  fields[field] = value
  return fields
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fromPart = ({ text, raw, url, data, metadata, filename, mediaType }: v10.Part): v03.Part => {
  const more = given('metadata', metadata)
  if (text !== undefined) return { kind: 'text', text, ...more }
  const named = { ...given('mimeType', mediaType), ...given('name', filename) }
  if (url !== undefined) return { kind: 'file', file: { uri: url, ...named }, ...more }
  if (raw !== undefined) return { kind: 'file', file: { bytes: raw, ...named }, ...more }
  // A data part of v0.3 is an object.
  return { kind: 'data', data: isRecord(data) ? data : { value: data }, ...more }
}

export const fromMessage = (message: v10.Message): v03.Message => ({
  kind: 'message',
  messageId: message.messageId,
  role: message.role === 'ROLE_USER' ? 'user' : 'agent',
  parts: message.parts.map(fromPart),
  ...given('contextId', message.contextId),
  ...given('taskId', message.taskId),
  ...given('referenceTaskIds', message.referenceTaskIds),
  ...given('extensions', message.extensions),
  ...given('metadata', message.metadata),
})

const fromArtifact = ({ artifactId, name, description, parts, extensions, metadata }: v10.Artifact): v03.Artifact => ({
  artifactId,
  ...given('name', name),
  ...given('description', description),
  parts: parts.map(fromPart),
  ...given('extensions', extensions),
  ...given('metadata', metadata),
})

const fromStatus = ({ state, message, timestamp }: v10.TaskStatus): v03.TaskStatus => ({
  state: stateOf(state),
  ...given('message', message ? fromMessage(message) : undefined),
  ...given('timestamp', timestamp),
})

export const fromTask = ({ id, contextId, status, artifacts, history, metadata }: v10.Task): v03.Task => ({
  kind: 'task',
  id,
  contextId: contextId ?? '',
  status: fromStatus(status),
  ...given('artifacts', artifacts?.map(fromArtifact)),
  ...given('history', history?.map(fromMessage)),
  ...given('metadata', metadata),
})

/** v1.0 marks no update as the last one: it is the one that tells of an end. */
export const fromStatusUpdate = ({ taskId, contextId, status, metadata }: v10.StatusUpdate): v03.StreamEvent => ({
  kind: 'status-update',
  taskId,
  contextId: contextId ?? '',
  status: fromStatus(status),
  final: taskStates.some(state => wireStates[state] === status.state && isTerminal(state)),
  ...given('metadata', metadata),
})

export const fromArtifactUpdate = (update: v10.ArtifactUpdate): v03.StreamEvent => ({
  kind: 'artifact-update',
  taskId: update.taskId,
  contextId: update.contextId ?? '',
  artifact: fromArtifact(update.artifact),
  ...given('append', update.append),
  ...given('lastChunk', update.lastChunk),
  ...given('metadata', update.metadata),
})
