import { isUuid } from '@codetether/protocol/uuid'
import type { RunPlace, RunRow } from '../store/read-runs.ts'
import { workStatuses } from './work-task.ts'

/** What a run is called: its task, and the number of the attempt. */
export const runId = ({ taskId, attempt }: RunPlace): string => `${taskId}.${attempt}`

/** Null for what is no id of a run. */
export function readRunId(id: string): RunPlace | null {
  const [taskId = '', number = '', ...more] = id.split('.')
  if (!isUuid(taskId) || !/^[1-9]\d{0,8}$/.test(number) || more.length > 0) return null
  return { taskId: taskId.toLowerCase(), attempt: Number(number) }
}

/** Why a task went back into the queue: its worker was not heard of, has given it back, or somebody has taken it away. */
function backBy(actor: string | null): 'lost' | 'released' | 'requeued' {
  if (actor === 'system') return 'lost'
  return actor?.startsWith('worker:') ? 'released' : 'requeued'
}

/** An attempt as the queue's routes show it. */
export function presentRun(run: RunRow) {
  const { endState, endedAt, startedAt } = run
  const ended = endState === 'submitted' ? backBy(run.endedBy) : endState && workStatuses[endState]
  return {
    id: runId(run),
    task_id: run.taskId,
    attempt: run.attempt,
    title: run.title,
    worker_id: run.actor.slice('worker:'.length),
    status: ended ?? 'running',
    started_at: startedAt.toISOString(),
    completed_at: endedAt?.toISOString() ?? null,
    runtime_seconds: endedAt === null ? null : (endedAt.getTime() - startedAt.getTime()) / 1000,
  }
}
