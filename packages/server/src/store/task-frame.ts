import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { TaskSnapshot } from './read-tasks.ts'

/** What a reader of a task gets, one for each A2A frame, and `open`. */
export type TaskFrame =
  | { kind: 'snapshot'; generation: number; snapshot: TaskSnapshot }
  /** The reader is at the end of the log, which is open: nothing to show, but the stream has begun. */
  | { kind: 'open'; generation: number }
  | {
      kind: 'event'
      generation: number
      taskId: string
      contextId: string
      event: LoggedEvent
      /** Nothing more comes on this stream. */
      final: boolean
    }
