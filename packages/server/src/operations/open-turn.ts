import type { Agent, AgentContext } from '@codetether/agents/define-agent'
import type { SendToOptions } from '@codetether/agents/peer'
import { PlatformError } from '@codetether/protocol/errors'
import type { Part } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { findUnread } from '../store/find-history.ts'
import type { TaskRow } from '../store/tasks.ts'
import { createAgentContext } from './agent-context.ts'
import { agentMemories } from './agent-memories.ts'
import { applyEvents, settles } from './apply-events.ts'
import type { Attempt } from './attempt.ts'
import { readReferences } from './read-references.ts'
import { sendTo } from './send-to.ts'

/** One turn of an attempt: the answer to one message of the caller. */
export interface Turn {
  context: AgentContext
  append(events: TaskEvent[]): Promise<void>
  /** Resolves when all events so far are stored; rejects if one could not be. */
  drained(): Promise<unknown>
  /** True after an answer, a question or a failure. */
  settled(): boolean
  /** The task after this turn, if another message waits for its turn. */
  next(): TaskRow | null
}

const lost = (taskId: string) =>
  new PlatformError('LEASE_LOST', 'the task has ended or runs elsewhere', { metadata: { taskId } })

export const isLeaseLost = (error: unknown): boolean => error instanceof PlatformError && error.code === 'LEASE_LOST'

export function openTurn(ctx: Context, agent: Agent, attempt: Attempt): Turn {
  const { principal, task, history, fence, signal } = attempt
  let isSettled = false
  let next: TaskRow | null = null
  const leaseLost = new AbortController()

  const store = async (events: TaskEvent[]): Promise<void> => {
    if (isSettled) throw lost(task.id)
    const stored = await storeEvents(ctx, agent, attempt, events)
    next = stored.next
    isSettled = settles(events)
  }
  // Events of one turn are stored in the order of the calls, also when the agent does not wait for them. Behind one that
  // could not be stored nothing is: the log would have a hole.
  let last: Promise<void> = Promise.resolve()
  const append = (events: TaskEvent[]): Promise<void> => {
    last = last.then(() => store(events))
    // An agent that does not wait for it must not end the process when it is refused.
    last.catch((error: unknown) => isLeaseLost(error) && leaseLost.abort(error))
    return last
  }
  const memories = agentMemories(ctx, { tenantId: principal.tenantId, principal: principal.id, agent: agent.name })
  const lasting = AbortSignal.any([signal, leaseLost.signal])
  let places = 0
  const given = {
    taskId: task.id,
    contextId: task.contextId,
    attempt: fence.attempt,
    history,
    signal: lasting,
    memories,
    references: () => readReferences(ctx, principal, history.at(-1)),
    sendTo: (url: string, message: string | Part[], options: SendToOptions = {}) => {
      const key = options.key === undefined ? (['place', String(++places)] as const) : (['key', options.key] as const)
      return sendTo(ctx, { ...attempt, signal: lasting }, { url, message, options, key })
    },
  }
  return {
    context: createAgentContext(given, append),
    append,
    drained: () => last,
    settled: () => isSettled,
    next: () => next,
  }
}

/**
 * Stores events of an attempt. What would settle the task while a message waits only ends the turn: the task stays
 * `working` and the message gets a turn of its own.
 */
async function storeEvents(
  ctx: Context,
  agent: Agent,
  { principal: { tenantId }, task: { id: taskId }, fence }: Attempt,
  events: TaskEvent[],
): Promise<{ next: TaskRow | null }> {
  const application = { tenantId, taskId, actor: agent.name, fence }
  const isEnd = settles(events)
  if (await applyEvents(ctx, { ...application, events, whenRead: isEnd })) return { next: null }
  const turn = isEnd ? await ctx.store.read(tenantId, tx => findUnread(tx, { tenantId, taskId, fence })) : null
  if (turn === null) throw lost(taskId)
  const goesOn = events.map(event => (event.kind === 'status' ? { ...event, state: 'working' as const } : event))
  const next = await applyEvents(ctx, { ...application, events: goesOn, turn, lostLeases: 0 })
  if (!next) throw lost(taskId)
  return { next }
}
