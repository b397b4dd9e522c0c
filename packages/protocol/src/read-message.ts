import type { Message } from './message.ts'

/** What a caller said, and where it belongs, whatever version it came in. */
export interface ReadMessage {
  message: Message
  messageIdGiven: boolean
  taskId: string | null
  contextId: string | null
  skillId: string | null
}
