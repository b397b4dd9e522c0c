import type { JsonObject } from '@codetether/protocol/json'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import { findStandings, type Standing } from '../../store/lanes.ts'
import { readyForWorker } from '../../store/lease.ts'
import { type DueWork, findLostWork, findOverdueWork, readyWork } from '../../store/work-leases.ts'
import { agentText } from '../agent-text.ts'
import { applyEvents } from '../apply-events.ts'
import { backOffSeconds } from '../back-off.ts'
import { givenUp } from '../failure.ts'
import { leaveLine } from '../leave-line.ts'
import { missedBy } from './standing.ts'

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

const failedBy = (text: string, metadata: JsonObject): TaskEvent => ({
  kind: 'status',
  state: 'failed',
  message: agentText(text),
  metadata,
})

/** How the lanes stand whose tasks nobody has taken, by tenant and lane. */
async function standingsOf(ctx: Context, tasks: readonly DueWork[]): Promise<ReadonlyMap<string, Standing>> {
  const byTenant = Map.groupBy(tasks.filter(isUntaken), task => task.tenantId)
  const found = await Promise.all(
    Array.from(byTenant, async ([tenantId, missed]) => {
      const lanes = [...new Set(missed.map(task => task.lane))]
      const standings = await ctx.store.read(tenantId, tx => findStandings(tx, tenantId, lanes))
      return standings.map((standing): [string, Standing] => [keyOf({ tenantId, lane: standing.id }), standing])
    }),
  )
  return new Map(found.flat())
}

const isUntaken = ({ attempt }: DueWork): boolean => attempt === 0
const keyOf = ({ tenantId, lane }: Pick<DueWork, 'tenantId' | 'lane'>): string => `${tenantId} ${lane}`

/** Fails what has not ended by its deadline. @returns how many tasks. */
export async function failOverdue(ctx: Context): Promise<number> {
  const overdue = await ctx.store.system(tx => findOverdueWork(tx, atOnce))
  const standings = await standingsOf(ctx, overdue)
  const outcomes = await Promise.all(
    overdue.map(task =>
      isUntaken(task)
        ? failOne(ctx, task, { reason: missedBy(standings.get(keyOf(task))), isMissed: true })
        : failOne(ctx, task, { reason: 'it was not done by its deadline', isMissed: false }),
    ),
  )
  return outcomes.filter(Boolean).length
}

async function failOne(
  ctx: Context,
  { tenantId, taskId, workerId }: DueWork,
  { reason, isMissed }: { reason: string; isMissed: boolean },
): Promise<boolean> {
  const facts: JsonObject = isMissed ? { routing_failure_reason: reason } : {}
  const end = { events: [failedBy(`The task has failed: ${reason}.`, facts)], deadLetter: reason }
  const row = await applyEvents(ctx, { tenantId, taskId, actor: 'system', ...end, turn: 'all read' })
  if (!row) return false
  if (workerId !== null) ctx.workers.tell({ tenantId, workerId }, { kind: 'task_cancelled', taskId })
  if (row.serialKey !== null) await leaveLine(ctx, row)
  return true
}
