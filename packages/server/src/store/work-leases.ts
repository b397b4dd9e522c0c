import type { Json } from '@codetether/protocol/json'
import type { Fence } from './lease.ts'
import { statement } from './statement.ts'
import type { Reader, SystemWriter, Writer } from './store.ts'

export interface WorkHold extends Fence {
  taskId: string
}

// The number that a worker shows may be beyond those of attempts: it is a lost lease like any other that does not match.
const renew = statement(`
  update tasks t set lease_until = now() + make_interval(secs => $3)
  from unnest($4::uuid[], $5::bigint[], $6::uuid[]) as held (id, attempt, token)
  where t.tenant_id = $1 and t.id = held.id and t.attempt = held.attempt and t.lease_token = held.token
    and t.state = 'working' and t.lease_owner = (select key from workers where tenant_id = $1 and id = $2)
  returning held.token`)

/** Prolongs leases of a worker. @returns the tokens of those that it still holds. */
export async function renewWork(
  tx: Writer,
  worker: { tenantId: string; workerId: string; leaseSeconds: number },
  holds: readonly WorkHold[],
): Promise<string[]> {
  const columns = [holds.map(h => h.taskId), holds.map(h => h.attempt), holds.map(h => h.token)]
  const values = [worker.tenantId, worker.workerId, worker.leaseSeconds, ...columns]
  const rows = await tx.query<{ token: string }>(renew, values)
  return rows.map(row => row.token)
}

const held = statement(`
  select t.id as "taskId", t.attempt, t.lease_token as token, t.report_seq::float8 as "reportSeq"
  from workers w join tasks t on t.lease_owner = w.key
  where w.tenant_id = $1 and w.id = $2 and t.tenant_id = $1 and t.state = 'working' order by t.id limit $3`)

/** What a worker holds, each with the number of its last report. */
export const findHeldWork = (
  tx: Reader,
  { tenantId, workerId, limit }: { tenantId: string; workerId: string; limit: number },
): Promise<(WorkHold & { reportSeq: number })[]> => tx.query(held, [tenantId, workerId, limit])

/** Where an attempt stands: why a report of it was not taken. */
export interface AttemptRow {
  attempt: number
  token: string | null
  state: string
  reportSeq: number
  lostLeases: number
  maxAttempts: number
}

const attempt = statement(`
  select t.attempt, t.lease_token as token, t.state, t.report_seq::float8 as "reportSeq", t.lost_leases as "lostLeases",
    t.max_attempts::int as "maxAttempts"
  from tasks t where t.tenant_id = $1 and t.id = $2 and t.worker_id = $3`)

/** A task as the worker that held it last may see it. */
export async function findAttempt(
  tx: Reader,
  { tenantId, taskId, workerId }: { tenantId: string; taskId: string; workerId: string },
): Promise<AttemptRow | null> {
  const [row] = await tx.query<AttemptRow>(attempt, [tenantId, taskId, workerId])
  return row ?? null
}

const stale = statement(`
  select d.checkpoint_seq::float8 as seq from task_work d
  where d.tenant_id = $1 and d.task_id = $2
    and (d.checkpoint_seq > $3 or (d.checkpoint_seq = $3 and d.checkpoint is distinct from $4::jsonb))`)

/** The number of the checkpoint that a task has, if that makes this one stale: a later one, or another one with the same number. */
export async function findLaterCheckpoint(
  tx: Reader,
  { tenantId, taskId, seq, data }: { tenantId: string; taskId: string; seq: number; data: Json },
): Promise<number | null> {
  const [row] = await tx.query<{ seq: number }>(stale, [tenantId, taskId, seq, JSON.stringify(data)])
  return row?.seq ?? null
}

/** Work whose time has come, without anybody who does something about it. */
export interface DueWork extends WorkHold {
  tenantId: string
  lane: number
  workerId: string | null
  lostLeases: number
  maxAttempts: number
}

const dueColumns = `t.tenant_id as "tenantId", t.id as "taskId", t.attempt, t.lease_token as token, t.lane::float8 as lane,
    t.worker_id as "workerId", t.lost_leases as "lostLeases", t.max_attempts::int as "maxAttempts"`

// `state in (…)` is the condition of the index `tasks_unfinished`, which the planner does not find by the narrower one.
const lost = statement(`
  select ${dueColumns} from tasks t
  where t.lane is not null and t.state in ('submitted', 'working') and t.state = 'working' and t.lease_until < now()
  order by t.lease_until limit $1`)

/** Tasks whose workers are not heard of any more. */
export const findLostWork = (tx: SystemWriter, limit: number): Promise<DueWork[]> => tx.query(lost, [limit])

const ready = statement(`
  update tasks t set lease_until = null
  where (tenant_id, id) in (
    select tenant_id, id from tasks
    where lane is not null and state in ('submitted', 'working') and state = 'submitted' and lease_until < now()
    order by lease_until limit $1 for update skip locked)
  returning t.tenant_id as "tenantId", t.lane::float8 as lane`)

/** Lets tasks be taken whose time to wait is over. @returns where they wait now. */
export const readyWork = (tx: SystemWriter, limit: number): Promise<{ tenantId: string; lane: number }[]> =>
  tx.query(ready, [limit])

const overdue = statement(`
  select ${dueColumns} from tasks t
  where t.deadline_at < now() and t.state not in ('completed', 'failed', 'canceled', 'rejected')
  order by t.deadline_at limit $1`)

/** Tasks whose deadline has passed. */
export const findOverdueWork = (tx: SystemWriter, limit: number): Promise<DueWork[]> => tx.query(overdue, [limit])
