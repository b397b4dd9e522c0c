import type { Agent } from '@codetether/agents/define-agent'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { queued } from '../store/lease.ts'
import { applyEvents } from './apply-events.ts'
import type { Attempt } from './attempt.ts'
import { backOffSeconds } from './back-off.ts'
import { failureOf, givenUp } from './failure.ts'
import { isLeaseLost, type Turn } from './open-turn.ts'

interface Failure {
  attempt: Attempt
  turn: Turn
  error: unknown
}

/** What becomes of a task whose agent threw: it fails, or it waits for another attempt if something was not available. */
export async function endInFailure(ctx: Context, agent: Agent, { attempt, turn, error }: Failure): Promise<void> {
  const { task, signal } = attempt
  const log = ctx.log.child({ taskId: task.id, agent: agent.name })
  if (signal.aborted) return log.info({ reason: String(signal.reason) }, 'run ended')
  if (isLeaseLost(error)) return log.warn('lease lost, run dropped')
  if (turn.settled()) return log.error({ err: error }, 'agent failed after its task was settled')
  await storeFailure(ctx, agent, attempt, error).catch((failure: unknown) => {
    // The lease runs out, and the next holder takes the task.
    log.error({ err: failure }, 'failure of the agent could not be stored')
  })
}

async function storeFailure(ctx: Context, agent: Agent, attempt: Attempt, error: unknown): Promise<void> {
  const { principal, task, fence } = attempt
  const application = { tenantId: principal.tenantId, taskId: task.id, actor: agent.name, fence }
  const turn = 'all read'
  const failures = task.lostLeases + 1
  if (!(error instanceof PlatformError && error.code === 'UNAVAILABLE')) {
    await applyEvents(ctx, { ...application, turn, events: [failureOf(ctx, agent, error)] })
    return
  }
  ctx.log.warn({ err: error, taskId: task.id, agent: agent.name, failures }, 'attempt failed')
  if (failures >= limits.attemptsPerTask) {
    await applyEvents(ctx, { ...application, turn, ...givenUp(failures, error.message), lostLeases: failures })
    return
  }
  await applyEvents(ctx, {
    ...application,
    events: [{ kind: 'status', state: 'submitted' }],
    lease: { ...queued(backOffSeconds(failures)), begins: false },
    lostLeases: failures,
  })
}
