import { limits } from '@codetether/protocol/limits'
import type { CodebaseStatus, OpenTask } from '../store/open-work.ts'
import { statusOf } from './codebase.ts'
import { workStatuses } from './work-task.ts'

/** A task that has not ended, in short. */
export const presentOpen = ({ id, state, title, sessionId, workerId }: OpenTask) => ({
  task_id: id,
  status: workStatuses[state],
  title,
  session_id: sessionId,
  worker_id: workerId,
})

/** How a codebase stands for a caller: the figures are those of the caller's own tasks. */
export function presentCodebaseStatus({ codebase, counts, active, sessionId }: CodebaseStatus) {
  return {
    codebase_id: codebase.id,
    workspace_id: codebase.id,
    name: codebase.name,
    status: statusOf(codebase),
    watch_mode: codebase.watch,
    interval: codebase.watchIntervalSeconds,
    pending_tasks: counts.pending,
    running_tasks: counts.running,
    asking_tasks: counts.asking,
    session_id: sessionId,
    tasks: active.map(presentOpen),
    workers: codebase.owners.map(({ workerId, path, seenSecondsAgo }) => ({
      worker_id: workerId,
      path,
      online: seenSecondsAgo * 1000 < limits.workerAwayMs,
    })),
    at: new Date().toISOString(),
  }
}
