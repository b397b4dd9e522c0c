import { textOf } from '@codetether/protocol/message'
import type { SaidMessage } from '../store/codebase-messages.ts'

export const presentSaid = ({ taskId, sessionId, seq, message, at }: SaidMessage) => ({
  id: message.messageId,
  task_id: taskId,
  session_id: sessionId,
  seq,
  role: message.role,
  content: textOf(message.parts),
  timestamp: at?.toISOString() ?? null,
})
