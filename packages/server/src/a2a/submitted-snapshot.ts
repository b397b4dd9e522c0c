import type { Artifact } from '@codetether/protocol/message'
import type { Submitted } from '../operations/submit-task.ts'
import type { TaskSnapshot } from '../store/read-tasks.ts'

/** The snapshot of a task that was stored a moment ago, without reading it back. */
export function fromSubmission({ task, message, events }: Submitted & { isNew: true }): TaskSnapshot {
  const artifacts: Artifact[] = []
  const messages: TaskSnapshot['messages'] = [{ seq: 1, message }]
  for (const event of events) {
    if (event.kind === 'artifact') addArtifact(artifacts, event)
    if (event.kind === 'status' && event.message && event.seq !== task.statusSeq)
      messages.push({ seq: event.seq, message: event.message })
  }
  return { task, messages, artifacts }
}

/** Artifacts stand in the order in which they began, and one that is replaced begins anew. */
function addArtifact(artifacts: Artifact[], { artifact, append }: { artifact: Artifact; append: boolean }) {
  const index = artifacts.findIndex(a => a.artifactId === artifact.artifactId)
  const known = artifacts[index]
  if (known && append) {
    artifacts[index] = { ...known, parts: [...known.parts, ...artifact.parts] }
    return
  }
  if (known) artifacts.splice(index, 1)
  artifacts.push(artifact)
}
