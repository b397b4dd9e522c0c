import type { Artifact, Message } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'

/** An event whose place counts from the task's last seq and generation, which only the row lock tells. */
export interface PlannedEvent {
  offset: number
  visibleOffset: number | null
  kind: string
  v: number
  actor: string
  body: object
}

/** Some events of one task and what they change, ready to be written by one statement. */
export interface Plan {
  count: number
  visible: number
  /** The state after the last event, or null if no event has one. */
  state: TaskState | null
  statusMessage: Message | null
  statusOffset: number | null
  events: PlannedEvent[]
  /** Where the caller's message is among the events, if there is one. */
  inboxOffset: number | null
  messages: { offset: number; message: Message }[]
  chunks: { offset: number; artifactId: string; artifact: Partial<Artifact>; append: boolean }[]
}
