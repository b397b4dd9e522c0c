import type { LoggedEvent } from '@codetether/protocol/task-event'
import type * as wire from '@codetether/protocol/v03/wire'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { presentArtifact, presentMessage } from './part-v03.ts'

export interface TaskView {
  /** At most this many messages, the newest; undefined for all. */
  historyLength?: number | undefined
}

function history({ task, messages }: TaskSnapshot, { historyLength }: TaskView): wire.Message[] {
  // The message of the current status stands in the status.
  const past = messages.filter(m => m.seq !== task.statusSeq || m.message.role === 'user')
  const newest = historyLength === undefined ? past : past.slice(Math.max(0, past.length - historyLength))
  return newest.map(m => presentMessage(m.message, { taskId: task.id, contextId: task.contextId }))
}

/** A task in the form of A2A v0.3 §6.1. */
export function presentTask(snapshot: TaskSnapshot, view: TaskView = {}): wire.Task {
  const { task, artifacts } = snapshot
  const ids = { taskId: task.id, contextId: task.contextId }
  const messages = history(snapshot, view)
  return {
    kind: 'task',
    id: task.id,
    contextId: task.contextId,
    status: {
      state: task.state,
      ...(task.statusMessage && { message: presentMessage(task.statusMessage, ids) }),
      timestamp: task.statusAt.toISOString(),
    },
    ...(messages.length > 0 && { history: messages }),
    ...(artifacts.length > 0 && { artifacts: artifacts.map(presentArtifact) }),
    metadata: { agent: task.agent, routing: task.routing },
  }
}

interface EventFrame {
  taskId: string
  contextId: string
  event: LoggedEvent
  /** Nothing more comes on this stream. */
  final: boolean
}

/** An event of the log in the form of A2A v0.3 §7.2.2 and §7.2.3, or null for one that A2A does not show. */
export function presentEvent({ taskId, contextId, event, final }: EventFrame): wire.StreamEvent | null {
  const ids = { taskId, contextId }
  const metadata = 'metadata' in event && event.metadata ? { metadata: event.metadata } : {}
  if (event.kind === 'status') {
    const message = event.message && { message: presentMessage(event.message, ids) }
    const status = { state: event.state, ...message, timestamp: event.at.toISOString() }
    return { kind: 'status-update', ...ids, status, final, ...metadata }
  }
  if (event.kind !== 'artifact') return null
  const { append, lastChunk } = event
  return { kind: 'artifact-update', ...ids, artifact: presentArtifact(event.artifact), append, lastChunk, ...metadata }
}
