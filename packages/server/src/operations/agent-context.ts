import type { AgentContext } from '@codetether/agents/define-agent'
import type { Message, Part } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { newId } from '../ids.ts'

type Given = Pick<
  AgentContext,
  'taskId' | 'contextId' | 'attempt' | 'history' | 'signal' | 'memories' | 'references' | 'sendTo'
>

const toParts = (content: string | Part[]): Part[] => (typeof content === 'string' ? [{ text: content }] : content)

const fromAgent = (parts: Part[]): Message => ({ messageId: newId(), role: 'agent', parts })

/** What a handler gets: its calls become events, which `append` stores. */
export const createAgentContext = (given: Given, append: (events: TaskEvent[]) => Promise<void>): AgentContext => ({
  ...given,
  status: (text, metadata) =>
    append([{ kind: 'status', state: 'working', message: fromAgent([{ text }]), ...(metadata && { metadata }) }]),
  artifact: (artifact, { append: isChunk = false, lastChunk = !isChunk } = {}) =>
    append([{ kind: 'artifact', artifact, append: isChunk, lastChunk }]),
  reply: answer => {
    const parts = toParts(answer)
    return append([
      { kind: 'artifact', artifact: { artifactId: newId(), name: 'answer', parts }, append: false, lastChunk: true },
      { kind: 'status', state: 'completed', message: fromAgent(parts) },
    ])
  },
  ask: question => append([{ kind: 'status', state: 'input-required', message: fromAgent(toParts(question)) }]),
  requireAuth: request => append([{ kind: 'status', state: 'auth-required', message: fromAgent(toParts(request)) }]),
})
