import { type Message, textOf } from '@codetether/protocol/message'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import { presentOutput } from './output.ts'
import { workStatuses } from './work-task.ts'

/** The task of an event, as far as readers of its codebase are told with each. */
export interface EventTask {
  id: string
  title: string
  sessionId: string | null
}

/** What a reader of a codebase is shown of an event of a log, piece by piece; always the same pieces of the same event. */
export function presentCodebaseEvent(
  task: EventTask,
  event: LoggedEvent,
  prompt: Message | null,
): { type: string; [field: string]: unknown }[] {
  const common = { task_id: task.id, session_id: task.sessionId, seq: event.seq, timestamp: event.at.toISOString() }
  const said = (message: Message) => ({
    type: 'message',
    ...common,
    role: message.role,
    message_id: message.messageId,
    content: textOf(message.parts),
  })
  switch (event.kind) {
    case 'created': {
      const status = { type: 'status', ...common, title: task.title, status: workStatuses.submitted }
      return prompt ? [status, said(prompt)] : [status]
    }
    case 'message':
      return [said(event.message)]
    case 'status': {
      const isFailure = event.state === 'failed' || event.state === 'rejected'
      const text = event.message ? textOf(event.message.parts) : null
      const status = { type: 'status', ...common, title: task.title, status: workStatuses[event.state] }
      if (isFailure) return [{ type: 'error', ...common, error: text }, status]
      // A notice says why the task waits: nobody of the conversation has said it.
      if (event.state === 'submitted') return [text === null ? status : { ...status, message: text }]
      return event.message ? [said(event.message), status] : [status]
    }
    case 'output':
    case 'progress': {
      const shown = presentOutput(event)
      return shown ? [{ ...shown, ...common }] : []
    }
    default:
      return []
  }
}
