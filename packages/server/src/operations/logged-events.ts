import type { LoggedEvent, TaskEvent } from '@codetether/protocol/task-event'
import { isVisible } from '@codetether/protocol/task-event'

/** Gives events the places that the database has given their rows: what a reader would read back. */
export function loggedEvents(
  events: readonly TaskEvent[],
  { seq, generation, at }: { seq: number; generation: number; at: Date },
): LoggedEvent[] {
  let visible = generation
  return events.map((event, index) => ({
    ...event,
    seq: seq + index + 1,
    generation: isVisible(event) ? ++visible : null,
    at,
  }))
}
