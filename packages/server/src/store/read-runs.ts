import type { TaskState } from '@codetether/protocol/task-state'
import { plannedPerCall } from './statement.ts'
import type { Reader } from './store.ts'

/** One attempt of a worker at a task, by the log. */
export interface RunRow {
  taskId: string
  attempt: number
  title: string
  /** Who made the attempt: `worker:<id>`. */
  actor: string
  startedAt: Date
  /** What ended it: the state that the task came to, when, and by whom. Null for one that runs. */
  endState: TaskState | null
  endedAt: Date | null
  endedBy: string | null
}

/** An attempt of a task. */
export interface RunPlace {
  taskId: string
  attempt: number
}

export interface RunFilter {
  tenantId: string
  principal: string
  /** Only the attempts at this task. */
  taskId: string | null
  /** The run behind which the page begins: the newest task comes first, of each its last attempt. */
  before: RunPlace | null
  limit: number
}

const isAttempt = (e: string) =>
  `${e}.tenant_id = $1 and ${e}.task_id = t.id and ${e}.kind = 'attempt' and left(${e}.actor, 7) = 'worker:'`

// An attempt lasts until the last status before the next one; the last of a task until the status that its row has, unless
// that is `working`. Between the two only messages of the caller stand, which wait for the next attempt.
const list = plannedPerCall(`
  select t.id as "taskId", a.attempt, d.title, a.actor, a.at as "startedAt",
    e.state as "endState", e.at as "endedAt", e.actor as "endedBy"
  from (
    select * from tasks
    where tenant_id = $1 and principal = $2 and lane is not null and attempt > 0
      and ($3::uuid is null or id = $3) and ($4::uuid is null or id <= $4)
    order by id desc) t
    cross join lateral (
      select a.seq, a.at, a.actor, (a.body->>'attempt')::int as attempt from task_events a
      where ${isAttempt('a')} and (t.id is distinct from $4 or (a.body->>'attempt')::int < $5)
      order by a.seq desc limit $6) a
    join task_work d on d.tenant_id = $1 and d.task_id = t.id
    left join lateral (
      select n.seq from task_events n where ${isAttempt('n')} and n.seq > a.seq order by n.seq limit 1) n on true
    left join lateral (
      select s.body->>'state' as state, s.at, s.actor from task_events s
      where s.tenant_id = $1 and s.task_id = t.id and s.kind = 'status' and (n.seq is not null or t.state <> 'working')
        and s.seq > case when n.seq is null then t.status_seq - 1 else a.seq end and s.seq < coalesce(n.seq, t.status_seq + 1)
      order by s.seq desc limit 1) e on true
  order by t.id desc, a.seq desc limit $6`)

/** Attempts of workers at the tasks of a principal. */
export const listRuns = (tx: Reader, { tenantId, principal, taskId, before, limit }: RunFilter): Promise<RunRow[]> =>
  tx.query(list, [tenantId, principal, taskId, before?.taskId ?? null, before?.attempt ?? null, limit])
