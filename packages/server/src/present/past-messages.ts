import type { Message } from '@codetether/protocol/message'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import type { TaskView } from './task-view.ts'

/** The history of a task. The message of the current status is not part of it: it stands in the status. */
export function pastMessages({ task, messages }: TaskSnapshot, { historyLength }: TaskView): Message[] {
  const past = messages.filter(m => m.seq !== task.statusSeq || m.message.role === 'user')
  const newest = historyLength === undefined ? past : past.slice(Math.max(0, past.length - historyLength))
  return newest.map(m => m.message)
}
