import { PlatformError } from '@codetether/protocol/errors'
import { isUuid } from '@codetether/protocol/uuid'
import type { OlderStatus } from '@codetether/protocol/work/older-report'
import type { Report } from '@codetether/protocol/work/report'
import type { Context } from '../../context.ts'
import { findAttempt, findLaterCheckpoint } from '../../store/work-leases.ts'
import { takeReports } from './report.ts'
import type { ActingWorker } from './worker-of.ts'

type Held = Partial<Pick<Report, 'output' | 'progress' | 'checkpoint' | 'session_id' | 'finish'>>

/**
 * A report of an older program, which shows no lease: it counts for the attempt that the worker holds now. Throws
 * LEASE_LOST if it holds none, whoever else does, and CONFLICT for a checkpoint behind the one that is there.
 */
export async function reportHeld(
  ctx: Context,
  worker: ActingWorker,
  taskId: string,
  held: Held,
): Promise<{ state: string }> {
  const row = isUuid(taskId)
    ? await ctx.store.read(worker.tenantId, tx => findAttempt(tx, { ...worker, taskId }))
    : null
  if (!row || row.token === null || row.state !== 'working') throw notHeld(taskId)
  if (held.checkpoint) await checkCheckpoint(ctx, worker, taskId, held.checkpoint)
  const report = {
    output: [],
    ...held,
    task_id: taskId,
    attempt: row.attempt,
    lease_token: row.token,
    worker_seq: null,
  }
  const [outcome] = await takeReports(ctx, worker, [report])
  if (!outcome?.ok) throw notHeld(taskId)
  return { state: outcome.state }
}

async function checkCheckpoint(
  ctx: Context,
  { tenantId }: ActingWorker,
  taskId: string,
  checkpoint: NonNullable<Report['checkpoint']>,
): Promise<void> {
  const later = await ctx.store.read(tenantId, tx => findLaterCheckpoint(tx, { tenantId, taskId, ...checkpoint }))
  if (later === null) return
  throw new PlatformError('CONFLICT', `the task has checkpoint ${later} already`, {
    metadata: { taskId, checkpoint_seq: later },
  })
}

const notHeld = (taskId: string) =>
  new PlatformError('LEASE_LOST', 'the worker does not hold this task', { metadata: { taskId } })

/** What the older word for a status does to an attempt; those that only say that it goes on do nothing. */
export function olderFinish({ status, result, error }: OlderStatus): Report['finish'] {
  const said = { ...(result !== undefined && { result }), ...(error !== undefined && { error }), retry: false }
  switch (status) {
    case 'completed':
      return { ...said, status: 'completed' }
    case 'failed':
      return { ...said, status: 'failed' }
    // The caller cancels, not the worker: one that stops by itself has failed.
    case 'cancelled':
    case 'canceled':
      return { error: 'The worker has stopped the task.', ...said, status: 'failed' }
    case 'input_required':
    case 'needs_input':
      return { ...said, status: 'input-required' }
    case 'pending':
    case 'queued':
      return { retry: false, status: 'released' }
    default:
      return undefined
  }
}
