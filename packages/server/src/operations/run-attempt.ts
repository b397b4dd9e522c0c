import type { Agent, AgentContext } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { Message } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import { isInterrupted, isTerminal } from '@codetether/protocol/task-state'
import type { Context } from '../context.ts'
import type { Fence } from '../store/change-task.ts'
import type { TaskRow } from '../store/tasks.ts'
import { createAgentContext } from './agent-context.ts'
import { agentMemories } from './agent-memories.ts'
import { applyFenced } from './apply-events.ts'
import { failureOf } from './failure.ts'

interface Attempt {
  /** Whose task it is. */
  principal: { tenantId: string; id: string }
  task: TaskRow
  /** The messages so far; the last one is handed to the agent. */
  history: readonly Message[]
  fence: Fence
  signal: AbortSignal
}

/** The events with which every attempt begins. */
export const attemptBegins = (attempt: number): TaskEvent[] => [
  { kind: 'attempt', attempt },
  { kind: 'status', state: 'working' },
]

/** Starts an attempt in the background, once the lease for it is stored. */
export const startAttempt = (ctx: Context, attempt: Omit<Attempt, 'signal'>): void =>
  ctx.running.start(attempt.task.id, signal => runAttempt(ctx, { ...attempt, signal }))

/**
 * Runs an agent of this process on a task whose lease it holds. Never rejects: what the agent throws becomes the
 * task's failure, unless the lease is lost or the server stops; then the next holder goes on.
 */
async function runAttempt(ctx: Context, attempt: Attempt): Promise<void> {
  const agent = ctx.agents.find(a => a.name === attempt.task.agent)
  const message = attempt.history.at(-1)
  if (!agent || !message) return ctx.log.error({ taskId: attempt.task.id }, 'task without its agent or message')
  const run = openRun(ctx, agent, attempt)
  try {
    await agent.handle(message, run.context)
    await run.drained()
    if (!run.settled()) await run.append([{ kind: 'status', state: 'completed' }])
  } catch (error) {
    await endInFailure(ctx, agent, { attempt, run, error })
  }
}

interface Run {
  context: AgentContext
  append(events: TaskEvent[]): Promise<void>
  /** Resolves when all events so far are stored or refused. */
  drained(): Promise<unknown>
  settled(): boolean
}

function openRun(ctx: Context, agent: Agent, { principal, task, history, fence, signal }: Attempt): Run {
  let state = task.state
  // Events of one run are stored in the order of the calls, also when the agent does not wait for them.
  let last: Promise<unknown> = Promise.resolve()
  const lost = new AbortController()
  const append = (events: TaskEvent[]): Promise<void> => {
    const { tenantId } = principal
    const stored = last.then(() => applyFenced(ctx, { tenantId, taskId: task.id, events, actor: agent.name, fence }))
    last = stored.catch((error: unknown) => {
      if (isLeaseLost(error)) lost.abort(error)
    })
    const noted = stored.then(row => {
      state = row.state
    })
    // An agent that does not wait for it must not end the process when it is refused.
    noted.catch(() => undefined)
    return noted
  }
  const memories = agentMemories(ctx, { tenantId: principal.tenantId, principal: principal.id, agent: agent.name })
  const given = {
    taskId: task.id,
    contextId: task.contextId,
    attempt: fence.attempt,
    history,
    signal: AbortSignal.any([signal, lost.signal]),
    memories,
  }
  return {
    context: createAgentContext(given, append),
    append,
    drained: () => last,
    settled: () => isTerminal(state) || isInterrupted(state),
  }
}

async function endInFailure(
  ctx: Context,
  agent: Agent,
  { attempt, run, error }: { attempt: Attempt; run: Run; error: unknown },
): Promise<void> {
  const { task, signal } = attempt
  const log = ctx.log.child({ taskId: task.id, agent: agent.name })
  if (signal.aborted) return log.info({ reason: String(signal.reason) }, 'run ended')
  if (isLeaseLost(error)) return log.warn('lease lost, run dropped')
  if (run.settled()) return log.error({ err: error }, 'agent failed after its task was settled')
  await run.append([failureOf(ctx, agent, error)]).catch((failure: unknown) => {
    // The lease runs out, and the next holder takes the task.
    log.error({ err: failure }, 'failure of the agent could not be stored')
  })
}

const isLeaseLost = (error: unknown): boolean => error instanceof PlatformError && error.code === 'LEASE_LOST'
