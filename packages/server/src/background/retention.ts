import { PlatformError } from '@codetether/protocol/errors'
import type { RetentionConfig } from '../config/config.ts'
import type { Context } from '../context.ts'
import {
  deleteTasks,
  dropLogMonth,
  findPastMonths,
  hasKeptTasks,
  type LogMonth,
  lockLogMonth,
  lockRetention,
  pruneEvents,
} from '../store/retention.ts'
import { deleteOldSessions } from '../store/session-retention.ts'
import type { SystemWriter } from '../store/store.ts'
import { listTenants } from '../store/tenants.ts'
import { forgetOldRequests } from './forget-requests.ts'

/** What retention needs of the server: the command line runs it too. */
export type RetentionContext = Pick<Context, 'store' | 'log' | 'stopping'>

export interface RetentionReport {
  /** Months of the event log that went as a whole. */
  partitions: string[]
  /** Events that went one by one; when only counting, also those of these months. */
  events: number
  tasks: number
  /** Conversations of coding agents. */
  sessions: number
}

interface Round {
  ctx: RetentionContext
  report: RetentionReport
  really: boolean
  portion: number
}

const firstId = '00000000-0000-0000-0000-000000000000'

/**
 * Deletes what is past its time, in portions: whole months of the log first, then the log of single tasks, then tasks.
 * With `really: false` it only counts. Throws CONFLICT if another process is at it.
 */
export async function applyRetention(
  ctx: RetentionContext,
  { taskDays, eventDays }: RetentionConfig,
  { really = true, portion = 5_000 }: { really?: boolean; portion?: number } = {},
): Promise<RetentionReport> {
  const round: Round = { ctx, report: { partitions: [], events: 0, tasks: 0, sessions: 0 }, really, portion }
  const logDays = eventDays ?? taskDays
  if (logDays === undefined) return round.report
  // No message id may lead to a task that is gone.
  if (really) await forgetOldRequests(ctx)
  await dropMonths(round, logDays)
  for (const { id: tenantId } of await ctx.store.system(listTenants)) {
    await pruneLogs(round, tenantId, logDays)
    if (taskDays === undefined) continue
    await removeTasks(round, tenantId, taskDays)
    await removeSessions(round, tenantId, taskDays)
  }
  return round.report
}

/** One portion: a transaction that no other process of this kind runs beside. */
const portionOf = <T>({ ctx }: Round, fn: (tx: SystemWriter) => Promise<T>): Promise<T> =>
  ctx.store.system(async tx => {
    if (await lockRetention(tx)) return await fn(tx)
    throw new PlatformError('CONFLICT', 'another process is deleting what is past its time')
  })

async function dropMonths(round: Round, days: number): Promise<void> {
  const { ctx, report, really } = round
  for (const month of await portionOf(round, tx => findPastMonths(tx, days))) {
    if (ctx.stopping.aborted) return
    const dropped = await portionOf(round, tx => dropMonth(tx, month, { days, really })).catch((error: unknown) => {
      // The log is busy, or the month too large to be looked through: its events go one by one.
      ctx.log.warn({ err: error, partition: month.name }, 'a month of the event log could not be dropped')
      return false
    })
    if (dropped) report.partitions.push(month.name)
  }
}

async function dropMonth(
  tx: SystemWriter,
  month: LogMonth,
  { days, really }: { days: number; really: boolean },
): Promise<boolean> {
  if (really) await lockLogMonth(tx, month)
  if (await hasKeptTasks(tx, month, days)) return false
  if (really) await dropLogMonth(tx, month)
  return true
}

async function pruneLogs(round: Round, tenantId: string, days: number): Promise<void> {
  const { report, really, portion, ctx } = round
  for (let after = { taskId: firstId, seq: '0' }; !ctx.stopping.aborted; ) {
    const found = await portionOf(round, tx => pruneEvents(tx, { tenantId, days, portion, really }, after))
    if (found === null) return
    report.events += found.events
    after = found.last
  }
}

async function removeTasks(round: Round, tenantId: string, days: number): Promise<void> {
  const { report, really, portion, ctx } = round
  for (let after = firstId; !ctx.stopping.aborted; ) {
    const found = await portionOf(round, tx => deleteTasks(tx, { tenantId, days, portion, really }, after))
    if (found === null) return
    report.tasks += found.tasks
    after = found.last
  }
}

async function removeSessions(round: Round, tenantId: string, days: number): Promise<void> {
  const { report, really, portion, ctx } = round
  for (let after = { codebaseId: firstId, id: '' }; !ctx.stopping.aborted; ) {
    const found = await portionOf(round, tx => deleteOldSessions(tx, { tenantId, days, portion, really }, after))
    if (found === null) return
    report.sessions += found.sessions
    after = found.last
  }
}

/** The job of a server: what the settings say, unless another replica is at it. */
export async function keepRetention(ctx: RetentionContext & Pick<Context, 'config'>): Promise<void> {
  try {
    const report = await applyRetention(ctx, ctx.config.retention)
    if (report.partitions.length + report.events + report.tasks + report.sessions > 0)
      ctx.log.info(report, 'what is past its time is deleted')
  } catch (error) {
    if (!(error instanceof PlatformError && error.code === 'CONFLICT')) throw error
  }
}
