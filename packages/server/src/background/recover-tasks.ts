import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../context.ts'
import { newId } from '../ids.ts'
import { applyEvents } from '../operations/apply-events.ts'
import { insertFiles } from '../operations/inline-files.ts'
import { attemptBegins, startAttempt } from '../operations/run-attempt.ts'
import { findHistory } from '../store/find-history.ts'
import { type Claimable, findClaimable } from '../store/leases.ts'

const batch = 100

/** Takes over tasks of this process's agents that nobody holds: their process has stopped, died or frozen. */
export async function recoverTasks(ctx: Context): Promise<void> {
  const hosted = ctx.agents.map(agent => agent.name)
  for (let found = batch; found === batch; ) {
    const claimables = await ctx.store.system(tx => findClaimable(tx, hosted, batch))
    for (const claimable of claimables) {
      if (ctx.stopping.aborted) return
      // One task that cannot be taken over must not keep those behind it from going on.
      await takeOver(ctx, claimable).catch((error: unknown) =>
        ctx.log.error({ err: error, taskId: claimable.taskId }, 'a task could not be taken over'),
      )
    }
    found = claimables.length
  }
}

async function takeOver(ctx: Context, claimable: Claimable): Promise<void> {
  const { tenantId, taskId, principal, attempt, token, released, lostLeases } = claimable
  const givenUp = !released && lostLeases + 1 >= limits.attemptsPerTask
  const lease = { owner: ctx.instanceId, token: crypto.randomUUID(), afterLoss: !released }
  const events: TaskEvent[] = givenUp ? [givingUp(lostLeases + 1)] : attemptBegins(attempt + 1)
  // The fence of the lost attempt: of two replicas that try, one finds it gone.
  const task = await applyEvents(ctx, {
    tenantId,
    taskId,
    events,
    actor: 'system',
    fence: { attempt, token },
    ...(!givenUp && { lease }),
  })
  if (!task) return
  if (released) ctx.log.info({ taskId }, 'a task goes on that the last stop interrupted')
  else ctx.log.warn({ taskId, attempt, givenUp }, 'the lease of a task ran out')
  if (givenUp) return
  const history = await historyOf(ctx, tenantId, taskId)
  const fence = { attempt: task.attempt, token: lease.token }
  startAttempt(ctx, { principal: { tenantId, id: principal }, task, history, fence })
}

async function historyOf({ store }: Context, tenantId: string, taskId: string): Promise<Message[]> {
  const key = { tenantId, taskId, limit: limits.historyLength }
  const messages = await store.read(tenantId, tx => findHistory(tx, key))
  const events = messages.map(message => ({ kind: 'message' as const, message }))
  const complete = await insertFiles(fn => store.read(tenantId, fn), tenantId, events)
  return complete.map(event => event.message)
}

const givingUp = (attempts: number): TaskEvent => ({
  kind: 'status',
  state: 'failed',
  message: {
    messageId: newId(),
    role: 'agent',
    parts: [{ text: `Given up after ${attempts} attempts, none of which came to an end.` }],
  },
})
