import { PlatformError } from '@codetether/protocol/errors'
import type { TaskSnapshot } from '../store/read-tasks.ts'

/**
 * The log does not reach back to a reader's cursor any more, or has lost events in front of it. Carries the task as it
 * is now: its generation is a cursor from which the reader can go on.
 */
export class CursorGone extends PlatformError {
  readonly task: TaskSnapshot

  constructor(task: TaskSnapshot, { cursor, earliest }: { cursor: number; earliest: number }) {
    const { id: taskId, generation } = task.task
    super(
      'CURSOR_GONE',
      `the changes of the task after ${cursor} are not kept any more, only those after ${earliest}`,
      {
        metadata: { taskId, cursor, earliestCursor: earliest, generation },
      },
    )
    this.task = task
  }
}
