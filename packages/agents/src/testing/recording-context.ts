import type { Message, Part } from '@codetether/protocol/message'
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

/** A context for tests of handlers: it keeps replies and questions, and a call that no handler here should make fails. */
const recordingContext = (memories: Memories = memoriesInMemory()) => {
  const replies: string[] = []
  const questions: string[] = []
  const textIn = (said: string | Part[]): string => (typeof said === 'string' ? said : JSON.stringify(said))
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
    references: unexpected('references'),
    requireAuth: unexpected('requireAuth'),
    sendTo: unexpected('sendTo'),
    ask: async question => void questions.push(textIn(question)),
    reply: async answer => void replies.push(textIn(answer)),
  }
  return { context, replies, questions }
}

const run = async (agent: Agent, message: string | Message, memories?: Memories) => {
  const { context, replies, questions } = recordingContext(memories)
  await agent.handle(typeof message === 'string' ? textMessage(message) : message, context)
  if (replies.length + questions.length !== 1)
    throw new Error(`expected one reply or question, got ${replies.length} and ${questions.length}`)
  return { reply: replies[0], question: questions[0] }
}

/** The one reply of an agent to a message. Fails if it replies never or twice, or asks. */
export const replyTo = async (agent: Agent, message: string | Message, memories?: Memories): Promise<string> => {
  const { reply, question } = await run(agent, message, memories)
  if (reply === undefined) throw new Error(`expected a reply, got the question ${question}`)
  return reply
}

/** What an agent asks in place of a reply. Fails if it replies. */
export const questionAfter = async (agent: Agent, message: string): Promise<string> => {
  const { reply, question } = await run(agent, message)
  if (question === undefined) throw new Error(`expected a question, got the reply ${reply}`)
  return question
}

/** What an agent says, be it a reply or a question. */
export const answerTo = async (agent: Agent, message: string): Promise<string> => {
  const { reply, question } = await run(agent, message)
  return reply ?? question ?? ''
}
