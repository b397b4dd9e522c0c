import type { Message } from '@codetether/protocol/message'
import type { Agent, AgentContext, Memories } from '../define-agent.ts'

const textMessage = (text: string): Message => ({ messageId: 'm', role: 'user', parts: [{ text }] })

/** Memories that last as long as the test, in the order in which keys were first stored. */
export const memoriesInMemory = (): Memories => {
  const values = new Map<string, string>()
  return {
    set: async (key, value) => void values.set(key, value),
    get: async key => values.get(key) ?? null,
    keys: async () => [...values.keys()],
    delete: async key => values.delete(key),
  }
}

/** A context for tests of handlers: it keeps the replies, and every call that no handler here should make fails. */
const recordingContext = (memories: Memories = memoriesInMemory()): { context: AgentContext; replies: string[] } => {
  const replies: string[] = []
  const unexpected = (name: string) => async (): Promise<never> => {
    throw new Error(`unexpected call of ${name}`)
  }
  const context: AgentContext = {
    taskId: 'task',
    contextId: 'context',
    attempt: 1,
    history: [],
    signal: new AbortController().signal,
    memories,
    status: unexpected('status'),
    artifact: unexpected('artifact'),
    ask: unexpected('ask'),
    reply: async answer => void replies.push(typeof answer === 'string' ? answer : JSON.stringify(answer)),
  }
  return { context, replies }
}

/** The one reply of an agent to a message. Fails if it replies never or twice. */
export const replyTo = async (agent: Agent, message: string | Message, memories?: Memories): Promise<string> => {
  const { context, replies } = recordingContext(memories)
  await agent.handle(typeof message === 'string' ? textMessage(message) : message, context)
  const [reply, ...others] = replies
  if (reply === undefined || others.length > 0) throw new Error(`expected one reply, got ${replies.length}`)
  return reply
}
