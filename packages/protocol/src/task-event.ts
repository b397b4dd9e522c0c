import type { JsonObject } from './json.ts'
import type { Artifact, Message } from './message.ts'
import type { TaskState } from './task-state.ts'
import type { OutputStream } from './work/output.ts'

/** The version of the event bodies that this program writes. Older ones are upcast on reading. */
export const eventVersion = 1

/** What can happen to a task. Each becomes one row of the log with the task's next seq. */
export type TaskEvent =
  | { kind: 'created' }
  | { kind: 'message'; message: Message }
  | { kind: 'attempt'; attempt: number }
  | { kind: 'status'; state: TaskState; message?: Message; metadata?: JsonObject }
  | { kind: 'artifact'; artifact: Artifact; append: boolean; lastChunk: boolean; metadata?: JsonObject }
  | { kind: 'output'; stream: OutputStream; text: string }
  | { kind: 'progress'; percent?: number; message?: string }

/** An event with its place in the log. */
export type LoggedEvent = TaskEvent & {
  seq: number
  /** The count of A2A-visible changes up to here; null for an event that no A2A reader sees. */
  generation: number | null
  at: Date
}

/** Exactly the events that become one A2A frame each; they count in `generation`. */
export const isVisible = (event: TaskEvent): boolean =>
  event.kind === 'created' || event.kind === 'status' || event.kind === 'artifact'
