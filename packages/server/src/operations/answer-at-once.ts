import type { Agent, AgentContext, Memories } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { Message } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { createAgentContext } from './agent-context.ts'
import { failureOf } from './failure.ts'
import { planEvents } from './plan-events.ts'

const refuse = () =>
  Promise.reject(
    new PlatformError('INTERNAL', 'a pure agent reads nothing that is stored: declare it with pure: false'),
  )
const sendTo = () =>
  Promise.reject(new PlatformError('INTERNAL', 'a pure agent asks nobody: declare it with pure: false'))
const noMemories: Memories = { get: refuse, set: refuse, keys: refuse, delete: refuse }
const never = new AbortController().signal

/** Runs a pure agent before its task is stored. @returns the events of the whole run. */
export async function answerAtOnce(ctx: Context, agent: Agent, message: Message): Promise<TaskEvent[]> {
  const events: TaskEvent[] = [{ kind: 'status', state: 'working' }]
  const agentContext: AgentContext = createAgentContext(
    {
      taskId: '',
      contextId: '',
      attempt: 1,
      history: [message],
      signal: never,
      memories: noMemories,
      references: refuse,
      sendTo,
    },
    async more => {
      events.push(...more)
    },
  )
  try {
    await agent.handle(message, agentContext)
    if (events.every(event => event.kind !== 'status' || event.state === 'working'))
      events.push({ kind: 'status', state: 'completed' })
    // An agent that goes on after its answer fails here, as any other does when its events are stored.
    planEvents(events, agent.name)
  } catch (error) {
    return [{ kind: 'status', state: 'working' }, failureOf(ctx, agent, error)]
  }
  return events
}
