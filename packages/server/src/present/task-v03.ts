import type * as wire from '@codetether/protocol/v03/wire'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { presentArtifact, presentMessage } from './part-v03.ts'
import { pastMessages } from './past-messages.ts'
import { shownGeneration, shownRouting, type TaskView } from './task-view.ts'

/** A task in the form of A2A v0.3 §6.1. */
export function presentTask(snapshot: TaskSnapshot, view: TaskView = {}): wire.Task {
  const { task, artifacts } = snapshot
  const ids = { taskId: task.id, contextId: task.contextId }
  const history = pastMessages(snapshot, view)
  return {
    kind: 'task',
    id: task.id,
    contextId: task.contextId,
    status: {
      state: task.state,
      ...(task.statusMessage && { message: presentMessage(task.statusMessage, ids) }),
      timestamp: task.statusAt.toISOString(),
    },
    ...(history.length > 0 && { history: history.map(message => presentMessage(message, ids)) }),
    ...(artifacts.length > 0 && { artifacts: artifacts.map(presentArtifact) }),
    metadata: { agent: task.agent, routing: shownRouting(task), ...shownGeneration(task.generation, view) },
  }
}

/** A frame of a stream in the form of A2A v0.3 §7.2, or null for an event that A2A does not show. */
export function presentFrame(frame: TaskFrame, view: TaskView = {}): wire.StreamEvent | null {
  if (frame.kind === 'open') return null
  if (frame.kind === 'snapshot') return presentTask(frame.snapshot, view)
  const { taskId, contextId, event, final } = frame
  const ids = { taskId, contextId }
  const known = { ...('metadata' in event && event.metadata), ...shownGeneration(frame.generation, view) }
  const metadata = Object.keys(known).length > 0 ? { metadata: known } : {}
  if (event.kind === 'status') {
    const message = event.message && { message: presentMessage(event.message, ids) }
    const status = { state: event.state, ...message, timestamp: event.at.toISOString() }
    return { kind: 'status-update', ...ids, status, final, ...metadata }
  }
  if (event.kind !== 'artifact') return null
  const { append, lastChunk } = event
  return { kind: 'artifact-update', ...ids, artifact: presentArtifact(event.artifact), append, lastChunk, ...metadata }
}
