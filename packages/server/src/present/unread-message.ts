import { textOf } from '@codetether/protocol/message'
import type { UnreadMessage } from '../store/unread-messages.ts'

/** A message to a running task as its worker is told of it. `text` is null for a large one, which comes whole with its turn. */
export const presentUnread = ({ taskId, seq, message }: UnreadMessage) => ({
  task_id: taskId,
  id: taskId,
  seq,
  message_id: message?.messageId ?? null,
  text: message && textOf(message.parts),
})
