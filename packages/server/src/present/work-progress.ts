import type { WorkRow } from '../store/read-work.ts'
import { workStatuses } from './work-task.ts'

/** How far a task is, by the last that its workers have told, and where the next attempt begins. */
export function presentProgress(task: WorkRow) {
  const { percent = null, message = null, log_tail = null, runner_metadata = null } = task.progress ?? {}
  const isRunning = task.state === 'working'
  return {
    task_id: task.id,
    status: workStatuses[task.state],
    worker_id: task.workerId,
    attempt: task.attempt,
    progress_pct: percent,
    status_message: message,
    log_tail,
    runner_metadata,
    checkpoint: task.checkpoint,
    checkpoint_seq: task.checkpointSeq,
    last_word_at: task.updatedAt.toISOString(),
    lease_until: isRunning ? (task.leaseUntil?.toISOString() ?? null) : null,
    started_at: task.startedAt?.toISOString() ?? null,
  }
}
