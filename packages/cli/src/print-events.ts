import type { StreamEvent } from '@codetether/protocol/v03/wire'
import { EventPrinter } from './event-printer.ts'
import type { Output } from './output.ts'

/** How far a task was followed. */
export interface Followed {
  taskId: string | undefined
  contextId: string | undefined
  /** The last state; undefined if the agent answered with a message alone. */
  state: string | undefined
}

/** Takes over what an event says about where the task is. */
export const noteEvent = (followed: Followed, event: StreamEvent): void => {
  followed.contextId = event.contextId ?? followed.contextId
  followed.taskId = (event.kind === 'task' ? event.id : event.taskId) ?? followed.taskId
  if (event.kind === 'task' || event.kind === 'status-update') followed.state = event.status.state
}

/**
 * Prints the events of a task as they come, and keeps `followed` up to date: when an error or the person ends this, it
 * says where.
 */
export const printEvents = async (
  events: AsyncIterable<StreamEvent>,
  output: Output,
  followed: Followed,
): Promise<void> => {
  const printer = new EventPrinter()
  for await (const event of events) {
    noteEvent(followed, event)
    const { answer, remark } = printer.print(event)
    await output.item(event, answer)
    if (remark !== undefined && !output.json) output.note(remark)
  }
  await output.text(printer.end())
}
