import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { giveBackLeases } from '../store/leases.ts'
import type { Attempt } from './attempt.ts'
import { endInFailure } from './end-in-failure.ts'
import { leaveLine } from './leave-line.ts'
import { openTurn } from './open-turn.ts'
import { readTurn } from './read-turn.ts'

/** The events with which every attempt begins. */
export const attemptBegins = (attempt: number): TaskEvent[] => [
  { kind: 'attempt', attempt },
  { kind: 'status', state: 'working' },
]

/** Starts an attempt in the background, once the lease for it is stored. */
export function startAttempt(ctx: Context, attempt: Omit<Attempt, 'signal'>): void {
  const { task, fence } = attempt
  const lease = { taskId: task.id, token: fence.token }
  if (!ctx.running.start(lease, signal => runAttempt(ctx, { ...attempt, signal }))) void giveBack(ctx, attempt)
}

/** Lets somebody else go on at once. If even that fails, the lease runs out. */
async function giveBack({ store, instanceId, log }: Context, { task, fence }: Omit<Attempt, 'signal'>): Promise<void> {
  await store
    .system(tx => giveBackLeases(tx, instanceId, [fence.token]))
    .catch((error: unknown) => log.warn({ err: error, taskId: task.id }, 'a lease could not be given back'))
}

/**
 * Runs an agent of this process on a task whose lease it holds, one turn for each message that the caller has sent.
 * Never rejects: what the agent throws becomes the task's failure, unless the lease is lost or the server stops; then the
 * next holder goes on.
 */
async function runAttempt(ctx: Context, attempt: Attempt): Promise<void> {
  const agent = ctx.agents.find(a => a.name === attempt.task.agent)
  if (!agent) return ctx.log.error({ taskId: attempt.task.id }, 'task without its agent')
  try {
    for (let current: Attempt | null = attempt; current; ) current = await runTurn(ctx, agent, current)
  } catch (error) {
    ctx.log.error({ err: error, taskId: attempt.task.id }, 'the next turn of a task could not begin')
    await giveBack(ctx, attempt)
  }
  if (agent.serial) await leaveLine(ctx, attempt.task)
}

/** @returns the attempt in its next turn, if a message waits for one. */
async function runTurn(ctx: Context, agent: Agent, attempt: Attempt): Promise<Attempt | null> {
  const message = attempt.history.at(-1)
  const turn = openTurn(ctx, agent, attempt)
  try {
    if (!message) throw new PlatformError('INTERNAL', 'the task has no message')
    await agent.handle(message, turn.context)
    await turn.drained()
    if (!turn.settled()) await turn.append([{ kind: 'status', state: 'completed' }])
  } catch (error) {
    await endInFailure(ctx, agent, { attempt, turn, error })
  }
  const task = turn.next()
  return task && { ...attempt, task, history: await readTurn(ctx, task) }
}
