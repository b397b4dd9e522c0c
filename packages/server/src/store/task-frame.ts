import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { TaskSnapshot } from './read-tasks.ts'

/** What a reader of a task gets, one for each A2A frame. */
export type TaskFrame =
  | { kind: 'snapshot'; generation: number; snapshot: TaskSnapshot }
  | {
      kind: 'event'
      generation: number
      taskId: string
      contextId: string
      event: LoggedEvent
      /** Nothing more comes on this stream. */
      final: boolean
    }
