import { wireStates } from '@codetether/protocol/v10/task-state'
import type * as wire from '@codetether/protocol/v10/wire'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskFrame } from '../store/task-frame.ts'
import { presentArtifact, presentMessage } from './part-v10.ts'
import { pastMessages } from './past-messages.ts'
import { shownGeneration, shownRouting, type TaskView } from './task-view.ts'

/** A task in the form of A2A v1.0 §4.1.1. */
export function presentTask(snapshot: TaskSnapshot, view: TaskView = {}): wire.Task {
  const { task, artifacts } = snapshot
  const ids = { taskId: task.id, contextId: task.contextId }
  const history = pastMessages(snapshot, view)
  return {
    id: task.id,
    contextId: task.contextId,
    status: {
      state: wireStates[task.state],
      ...(task.statusMessage && { message: presentMessage(task.statusMessage, ids) }),
      timestamp: task.statusAt.toISOString(),
    },
    ...(artifacts.length > 0 && { artifacts: artifacts.map(presentArtifact) }),
    ...(history.length > 0 && { history: history.map(message => presentMessage(message, ids)) }),
    metadata: { agent: task.agent, routing: shownRouting(task), ...shownGeneration(task.generation, view) },
  }
}

/** A frame of a stream in the form of A2A v1.0 §3.2.3, or null for an event that A2A does not show. */
export function presentFrame(frame: TaskFrame, view: TaskView = {}): wire.StreamResponse | null {
  if (frame.kind === 'open') return null
  if (frame.kind === 'snapshot') return { task: presentTask(frame.snapshot, view) }
  const { event, taskId, contextId } = frame
  const ids = { taskId, contextId }
  const known = { ...('metadata' in event && event.metadata), ...shownGeneration(frame.generation, view) }
  const metadata = Object.keys(known).length > 0 ? { metadata: known } : {}
  if (event.kind === 'status') {
    const message = event.message && { message: presentMessage(event.message, ids) }
    const status = { state: wireStates[event.state], ...message, timestamp: event.at.toISOString() }
    return { statusUpdate: { ...ids, status, ...metadata } }
  }
  if (event.kind !== 'artifact') return null
  // ProtoJSON leaves out what is false.
  const place = { ...(event.append && { append: true }), ...(event.lastChunk && { lastChunk: true }) }
  return { artifactUpdate: { ...ids, artifact: presentArtifact(event.artifact), ...place, ...metadata } }
}
