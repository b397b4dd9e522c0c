import type { Message } from '@codetether/protocol/message'
import { newId } from '../ids.ts'

/** A message to the caller, from the agent's side of the task. */
export const agentText = (text: string): Message => ({ messageId: newId(), role: 'agent', parts: [{ text }] })
