import { PlatformError } from '@codetether/protocol/errors'
import type { JsonObject } from '@codetether/protocol/json'
import { textOf } from '@codetether/protocol/message'
import type { Report, ReportOutcome } from '@codetether/protocol/work/report'
import type { Context } from '../../context.ts'
import type { TaskChange } from '../../store/change-task.ts'
import { findUnread } from '../../store/find-history.ts'
import { readyForWorker } from '../../store/lease.ts'
import type { TaskRow } from '../../store/tasks.ts'
import { findAttempt } from '../../store/work-leases.ts'
import { applyEvents, settles } from '../apply-events.ts'
import { backOffSeconds } from '../back-off.ts'
import { leaveLine } from '../leave-line.ts'
import { readTurn } from '../read-turn.ts'
import { eventsOf } from './finish-events.ts'
import type { ActingWorker } from './worker-of.ts'

/** A report as it is taken: one of an older program has no number, so nobody can tell whether it came before. */
export type AnyReport = Pick<
  Report,
  'task_id' | 'attempt' | 'lease_token' | 'output' | 'progress' | 'checkpoint' | 'session_id' | 'finish'
> & { worker_seq: number | null }

/** Takes reports of a worker. Each has its own outcome; those of one task are taken in their order. */
export const takeReports = (
  ctx: Context,
  worker: ActingWorker,
  reports: readonly AnyReport[],
): Promise<ReportOutcome[]> => Promise.all(reports.map(report => takeReport(ctx, worker, report)))

async function takeReport(ctx: Context, worker: ActingWorker, report: AnyReport): Promise<ReportOutcome> {
  const { task_id } = report
  try {
    const { state, nextTurn } = await store(ctx, worker, report)
    return { task_id, ok: true, state, ...(nextTurn !== undefined && { next_turn: { prompt: nextTurn } }) }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.httpStatus >= 500) throw error
    const { expected } = error.details.metadata ?? {}
    const place = typeof expected === 'number' ? { expected_worker_seq: expected } : {}
    return { task_id, ok: false, code: error.code, message: error.message, ...place }
  }
}

interface Taken {
  state: string
  /** The message that the worker answers next, instead of having finished. */
  nextTurn?: string
}

async function store(ctx: Context, worker: ActingWorker, report: AnyReport): Promise<Taken> {
  const write = writeOf(ctx, worker, report)
  const end = await endOf(ctx, worker, report)
  const isEnd = settles(write.events)
  const row = await applyEvents(ctx, { ...write, ...end, whenRead: isEnd })
  if (!row) return isEnd ? goOn(ctx, worker, report) : explain(ctx, worker, report)
  if (row.state !== 'working' && row.serialKey !== null) await leaveLine(ctx, row)
  if (row.state === 'submitted' && row.lane !== null) ctx.workers.wake({ tenantId: worker.tenantId, lane: row.lane })
  return { state: row.state }
}

/** What every write of the attempt has: the fence, its number, and a longer lease. */
function writeOf({ config }: Context, worker: ActingWorker, report: AnyReport) {
  const {
    task_id: taskId,
    attempt,
    lease_token: token,
    worker_seq: reportSeq,
    progress,
    checkpoint,
    session_id,
  } = report
  const events = eventsOf(report)
  return {
    tenantId: worker.tenantId,
    taskId,
    actor: worker.actor,
    from: ['working' as const],
    fence: { attempt, token, owner: worker.key },
    ...(reportSeq !== null && { reportSeq }),
    events,
    ...(settles(events)
      ? {}
      : { lease: { owner: worker.key, token, seconds: config.work.leaseMs / 1000, begins: false } }),
    ...((progress || checkpoint || session_id !== undefined) && {
      note: {
        progress: progress ? progressOf(progress) : null,
        checkpoint: checkpoint ?? null,
        sessionId: session_id ?? null,
      },
    }),
  }
}

const progressOf = ({ percent, message, log_tail, runner_metadata }: NonNullable<Report['progress']>): JsonObject => ({
  ...(percent === undefined ? {} : { percent }),
  ...(message === undefined ? {} : { message }),
  ...(log_tail === undefined ? {} : { log_tail }),
  ...(runner_metadata === undefined ? {} : { runner_metadata }),
})

/** How an attempt ends that is not the end of the task: back to the queue, at once or later. */
async function endOf(
  ctx: Context,
  worker: ActingWorker,
  report: AnyReport,
): Promise<
  Partial<Pick<TaskChange, 'lease' | 'lostLeases' | 'deadLetter'>> & { events?: ReturnType<typeof eventsOf> }
> {
  const { finish } = report
  if (finish?.status === 'released') return { lease: { ...readyForWorker(), begins: false } }
  if (finish?.status !== 'failed' || !finish.retry) return {}
  const row = await ctx.store.read(worker.tenantId, tx => findAttempt(tx, { ...worker, taskId: report.task_id }))
  const failures = (row?.lostLeases ?? 0) + 1
  if (!row || failures >= row.maxAttempts)
    return { lostLeases: failures, deadLetter: `attempt ${report.attempt} has failed, and no attempts are left` }
  const seen = eventsOf({ ...report, finish: undefined })
  return {
    events: [...seen, { kind: 'status', state: 'submitted' }],
    lease: { ...readyForWorker(backOffSeconds(failures)), begins: false },
    lostLeases: failures,
  }
}

/** While a message waits, what would settle the task ends the turn, and the worker gets the next message. */
async function goOn(ctx: Context, worker: ActingWorker, report: AnyReport): Promise<Taken> {
  const { tenantId } = worker
  const { task_id: taskId, attempt, lease_token: token } = report
  const turn = await ctx.store.read(tenantId, tx => findUnread(tx, { tenantId, taskId, fence: { attempt, token } }))
  if (turn === null) return explain(ctx, worker, report)
  const write = writeOf(ctx, worker, report)
  const events = write.events.map(event => (event.kind === 'status' ? { ...event, state: 'working' as const } : event))
  const lease = { owner: worker.key, token, seconds: ctx.config.work.leaseMs / 1000, begins: false }
  const row = await applyEvents(ctx, { ...write, events, lease, turn, lostLeases: 0 })
  return row ? { state: row.state, nextTurn: await promptOf(ctx, row) } : explain(ctx, worker, report)
}

const promptOf = async (ctx: Context, task: Pick<TaskRow, 'tenantId' | 'id'>): Promise<string> =>
  textOf((await readTurn(ctx, task)).at(-1)?.parts ?? [])

/** Why a report changed nothing: it was taken before, or it throws. */
async function explain(ctx: Context, worker: ActingWorker, report: AnyReport): Promise<Taken> {
  const { task_id: taskId, attempt, lease_token: token, worker_seq: reportSeq, finish } = report
  const row = await ctx.store.read(worker.tenantId, tx => findAttempt(tx, { ...worker, taskId }))
  if (!row || row.attempt !== attempt) throw leaseLost(taskId)
  const isHeld = row.state === 'working' && row.token === token
  if (reportSeq !== null && row.reportSeq >= reportSeq) {
    // The answer to a report that ended a turn was lost: the worker still needs the next message.
    const isTurn = isHeld && finish !== undefined && row.reportSeq === reportSeq
    return {
      state: row.state,
      ...(isTurn && { nextTurn: await promptOf(ctx, { tenantId: worker.tenantId, id: taskId }) }),
    }
  }
  if (!isHeld || reportSeq === null) throw leaseLost(taskId)
  throw new PlatformError('CONFLICT', `reports before number ${reportSeq} are missing`, {
    metadata: { expected: row.reportSeq + 1 },
  })
}

const leaseLost = (taskId: string) =>
  new PlatformError('LEASE_LOST', 'the task has ended, was canceled, or runs elsewhere', { metadata: { taskId } })
