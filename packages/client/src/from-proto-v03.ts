import { type UnknownObject as Fields, isObject } from '@codetether/protocol/json'
import { fromProtoMessage } from '@codetether/protocol/v03/from-proto'
import { fieldOf, fieldsOf } from '@codetether/protocol/v03/proto-fields'
import { TaskState } from '@codetether/protocol/v03/wire'

/**
 * From the answers of A2A v0.3 over HTTP+JSON, which are ProtoJSON, to the shapes of JSON-RPC. Nothing is refused here:
 * the schemas in `wire.ts` tell what is wrong with a shape that does not fit.
 */
const stateOf = (name: unknown): unknown => {
  if (typeof name !== 'string') return 'unknown'
  const word = name
    .replace(/^TASK_STATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-')
  if (word === 'cancelled') return 'canceled'
  return TaskState.options.find(state => state === word) ?? (word === 'unspecified' ? 'unknown' : name)
}

const mapped = (field: string, list: unknown, convert: (item: unknown) => unknown): Fields =>
  Array.isArray(list) && list.length > 0 ? { [field]: list.map(convert) } : {}

const fromStatus = (status: unknown): unknown => {
  if (!isObject(status)) return status ?? {}
  const message = status.message ?? status.update
  return {
    state: stateOf(status.state),
    ...(message != null && { message: fromProtoMessage(message) }),
    ...fieldsOf(status, ['timestamp']),
  }
}

const partsOf = (parts: unknown): unknown => {
  const message = fromProtoMessage({ content: parts ?? [] })
  return isObject(message) ? (message.parts ?? []) : []
}

const fromArtifact = (artifact: unknown): unknown =>
  isObject(artifact)
    ? {
        ...fieldsOf(artifact, ['artifactId', 'name', 'description', 'metadata', 'extensions']),
        parts: partsOf(artifact.parts),
      }
    : (artifact ?? {})

/** A task (proto `Task`, A2A v0.3 §6.1). */
export const fromProtoTask = (task: unknown): unknown =>
  isObject(task)
    ? {
        kind: 'task',
        ...fieldsOf(task, ['id', 'metadata']),
        contextId: fieldOf(task, 'contextId') ?? '',
        status: fromStatus(task.status),
        ...mapped('artifacts', task.artifacts, fromArtifact),
        ...mapped('history', task.history, fromProtoMessage),
      }
    : task

const fromUpdate = (update: Fields): Fields => ({
  ...fieldsOf(update, ['taskId', 'metadata']),
  contextId: fieldOf(update, 'contextId') ?? '',
})

/** The answer to a message, or one frame of a stream (proto `SendMessageResponse`, `StreamResponse`; §7.1, §7.2). */
export const fromProtoResponse = (response: unknown): unknown => {
  if (!isObject(response)) return response
  const { task, message = response.msg } = response
  const [status, artifact] = [fieldOf(response, 'statusUpdate'), fieldOf(response, 'artifactUpdate')]
  if (task != null) return fromProtoTask(task)
  if (message != null) return fromProtoMessage(message)
  if (isObject(status))
    return {
      kind: 'status-update',
      ...fromUpdate(status),
      status: fromStatus(status.status),
      final: status.final ?? false,
    }
  if (!isObject(artifact)) return response
  const place = fieldsOf(artifact, ['append', 'lastChunk'])
  return { kind: 'artifact-update', ...fromUpdate(artifact), artifact: fromArtifact(artifact.artifact), ...place }
}
