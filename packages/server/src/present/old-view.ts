import type { Message } from '@codetether/protocol/message'
import { textOf } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'
import type { TaskSnapshot } from '../store/read-tasks.ts'
import { presentPart } from './part-v03.ts'

const words: Partial<Record<TaskState, string>> = { submitted: 'pending', canceled: 'cancelled' }

const oldParts = ({ parts }: Message) =>
  parts.map(presentPart).map(part => ({
    ...part,
    type: part.kind,
    ...(part.kind === 'text' && { content: part.text }),
  }))

/** At most 80 characters; half of a surrogate pair at the end is dropped, since some JSON parsers refuse it. */
const titleOf = (text: string): string => text.slice(0, 80).replace(/[\uD800-\uDBFF]$/, '')

/** The keys that clients from before A2A v0.3 read beside the standard ones: the task with its state as a word, and the answer. */
export function presentOldView({ task, messages }: TaskSnapshot) {
  const asked = messages.find(m => m.message.role === 'user')?.message
  const status = words[task.state] ?? task.state
  const answer: Message = task.statusMessage ?? {
    messageId: task.id,
    role: 'agent',
    parts: [{ text: `The task is ${status}.` }],
  }
  return {
    task: {
      id: task.id,
      status,
      title: titleOf(asked ? textOf(asked.parts) : task.agent),
      agent: task.agent,
      created_at: task.createdAt.toISOString(),
      updated_at: task.updatedAt.toISOString(),
    },
    message: { messageId: answer.messageId, role: answer.role, parts: oldParts(answer) },
  }
}
