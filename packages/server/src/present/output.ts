import { textOf } from '@codetether/protocol/message'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import { workStatuses } from './work-task.ts'

/** Results and questions stand on the task; of a task that waits nothing else is there to be read. */
const whyItWaits = ({ state, message }: LoggedEvent & { kind: 'status' }) =>
  state === 'submitted' && message ? { message: textOf(message.parts) } : {}

/** An event of a log as readers of output see it; null for one that is none of their business. */
export function presentOutput(event: LoggedEvent) {
  const common = { seq: event.seq, timestamp: event.at.toISOString() }
  switch (event.kind) {
    case 'output': {
      const { text, stream } = event
      // Older programs read `output`, others `content`.
      return { type: 'output' as const, ...common, stream, content: text, output: text }
    }
    case 'progress':
      if (event.percent === undefined && event.message === undefined) return null
      return { type: 'progress' as const, ...common, percent: event.percent ?? null, message: event.message ?? null }
    case 'status':
      return { type: 'status' as const, ...common, status: workStatuses[event.state], ...whyItWaits(event) }
    default:
      return null
  }
}
