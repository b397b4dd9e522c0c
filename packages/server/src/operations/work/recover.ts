import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import { readyForWorker } from '../../store/lease.ts'
import { type DueWork, findLostWork, findOverdueWork, readyWork } from '../../store/work-leases.ts'
import { applyEvents } from '../apply-events.ts'
import { backOffSeconds } from '../back-off.ts'
import { givenUp } from '../failure.ts'
import { leaveLine } from '../leave-line.ts'

const atOnce = 500

/** Lets other workers have what is due: put-off tasks whose time has come, and tasks whose workers are not heard of. */
export async function recoverWork(ctx: Context): Promise<void> {
  const ready = await ctx.store.system(tx => readyWork(tx, atOnce))
  // Each task may be for somebody else; those who are told only on their stream wake nobody in turn.
  for (const place of ready) ctx.workers.wake(place)
  const lost = await ctx.store.system(tx => findLostWork(tx, atOnce))
  await Promise.all(lost.map(task => recoverLost(ctx, task)))
}

/** The lost attempt is the fence: another replica that does the same finds it gone. */
const fenced = ({ tenantId, taskId, attempt, token }: DueWork) => ({
  tenantId,
  taskId,
  actor: 'system',
  fence: { attempt, token },
})

async function recoverLost(ctx: Context, task: DueWork): Promise<void> {
  const { taskId, lane, workerId, attempt, maxAttempts } = task
  const losses = task.lostLeases + 1
  ctx.log.warn({ taskId, worker: workerId, attempt, losses }, 'a worker is not heard of, its task goes on elsewhere')
  if (losses >= maxAttempts) {
    const end = givenUp(losses, 'its workers were not heard of any more')
    const row = await applyEvents(ctx, { ...fenced(task), ...end, turn: 'all read', lostLeases: losses })
    if (row && row.serialKey !== null) await leaveLine(ctx, row)
    return
  }
  const row = await applyEvents(ctx, {
    ...fenced(task),
    events: [{ kind: 'status', state: 'submitted' }],
    lease: { ...readyForWorker(losses === 1 ? 0 : backOffSeconds(losses)), begins: false },
    lostLeases: losses,
  })
  if (row) ctx.workers.wake({ tenantId: task.tenantId, lane })
}

const failedBy = (text: string): TaskEvent => ({
  kind: 'status',
  state: 'failed',
  message: { messageId: crypto.randomUUID(), role: 'agent', parts: [{ text }] },
})

/** Fails what has not ended by its deadline. */
export async function failOverdue(ctx: Context): Promise<void> {
  const overdue = await ctx.store.system(tx => findOverdueWork(tx, atOnce))
  await Promise.all(overdue.map(task => failOne(ctx, task)))
}

async function failOne(ctx: Context, { tenantId, taskId, workerId, attempt }: DueWork): Promise<void> {
  const reason = attempt === 0 ? 'no worker took it before its deadline' : 'it was not done by its deadline'
  const end = { events: [failedBy(`The task has failed: ${reason}.`)], deadLetter: reason }
  const row = await applyEvents(ctx, { tenantId, taskId, actor: 'system', ...end, turn: 'all read' })
  if (!row) return
  if (workerId !== null) ctx.workers.tell({ tenantId, workerId }, { kind: 'task_cancelled', taskId })
  if (row.serialKey !== null) await leaveLine(ctx, row)
}
