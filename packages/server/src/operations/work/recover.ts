import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import { readyForWorker } from '../../store/lease.ts'
import { type DueWork, findLostWork, findOverdueWork, readyWork } from '../../store/work-leases.ts'
import { applyEvents } from '../apply-events.ts'
import { backOffSeconds } from '../back-off.ts'
import { givenUp } from '../failure.ts'
import { leaveLine } from '../leave-line.ts'

const atOnce = 500

/** How many tasks were made ready, and of those whose workers were not heard of put back or given up. */
export interface Recovered {
  readied: number
  requeued: number
  givenUp: number
}

/** Lets other workers have what is due: put-off tasks whose time has come, and tasks whose workers are not heard of. */
export async function recoverWork(ctx: Context): Promise<Recovered> {
  const ready = await ctx.store.system(tx => readyWork(tx, atOnce))
  // Each task may be for somebody else; those who are told only on their stream wake nobody in turn.
  for (const place of ready) ctx.workers.wake(place)
  const lost = await ctx.store.system(tx => findLostWork(tx, atOnce))
  const outcomes = await Promise.all(lost.map(task => recoverLost(ctx, task)))
  const count = (outcome: Outcome) => outcomes.filter(each => each === outcome).length
  return { readied: ready.length, requeued: count('requeued'), givenUp: count('given up') }
}

/** Null: another replica was quicker, or its worker was heard of. */
type Outcome = 'requeued' | 'given up' | null

/** The lost attempt is the fence: another replica that does the same finds it gone. */
const fenced = ({ tenantId, taskId, attempt, token }: DueWork) => ({
  tenantId,
  taskId,
  actor: 'system',
  fence: { attempt, token },
})

async function recoverLost(ctx: Context, task: DueWork): Promise<Outcome> {
  const { taskId, lane, workerId, attempt, maxAttempts } = task
  const losses = task.lostLeases + 1
  ctx.log.warn({ taskId, worker: workerId, attempt, losses }, 'a worker is not heard of, its task goes on elsewhere')
  if (losses >= maxAttempts) {
    const end = givenUp(losses, 'its workers were not heard of any more')
    const row = await applyEvents(ctx, { ...fenced(task), ...end, turn: 'all read', lostLeases: losses })
    if (row && row.serialKey !== null) await leaveLine(ctx, row)
    return row && 'given up'
  }
  const row = await applyEvents(ctx, {
    ...fenced(task),
    events: [{ kind: 'status', state: 'submitted' }],
    lease: { ...readyForWorker(losses === 1 ? 0 : backOffSeconds(losses)), begins: false },
    lostLeases: losses,
  })
  if (row) ctx.workers.wake({ tenantId: task.tenantId, lane })
  return row && 'requeued'
}

const failedBy = (text: string): TaskEvent => ({
  kind: 'status',
  state: 'failed',
  message: { messageId: crypto.randomUUID(), role: 'agent', parts: [{ text }] },
})

/** Fails what has not ended by its deadline. @returns how many tasks. */
export async function failOverdue(ctx: Context): Promise<number> {
  const overdue = await ctx.store.system(tx => findOverdueWork(tx, atOnce))
  return (await Promise.all(overdue.map(task => failOne(ctx, task)))).filter(Boolean).length
}

async function failOne(ctx: Context, { tenantId, taskId, workerId, attempt }: DueWork): Promise<boolean> {
  const reason = attempt === 0 ? 'no worker took it before its deadline' : 'it was not done by its deadline'
  const end = { events: [failedBy(`The task has failed: ${reason}.`)], deadLetter: reason }
  const row = await applyEvents(ctx, { tenantId, taskId, actor: 'system', ...end, turn: 'all read' })
  if (!row) return false
  if (workerId !== null) ctx.workers.tell({ tenantId, workerId }, { kind: 'task_cancelled', taskId })
  if (row.serialKey !== null) await leaveLine(ctx, row)
  return true
}
