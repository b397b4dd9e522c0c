import type { TaskState } from '@codetether/protocol/task-state'
import type { CodebaseRow } from './codebases.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { Reader } from './store.ts'

/** Whose tasks of a codebase: one principal's, or with null everybody's. */
export interface OpenScope {
  tenantId: string
  codebaseId: string
  principal: string | null
}

/** A backlog may be a million rows: of each state so many are counted. */
const mostCounted = 10_000

const open = `t.lane = l.id and t.changed_in is not null and t.state = s.state and t.state not in ('completed', 'failed', 'canceled', 'rejected')`
const own = `l.tenant_id = $1 and l.codebase_id = $2 and ($3::text is null or l.principal = $3)`

export interface OpenCounts {
  pending: number
  running: number
  /** They ask their caller something. */
  asking: number
}

const counts = plannedPerCall(`
  select coalesce(sum(n) filter (where state = 'submitted'), 0)::int as pending,
    coalesce(sum(n) filter (where state = 'working'), 0)::int as running,
    coalesce(sum(n) filter (where state in ('input-required', 'auth-required')), 0)::int as asking
  from unnest(array['submitted', 'working', 'input-required', 'auth-required']) as s (state) cross join lateral (
    select count(*) as n from (
      select from lanes l cross join lateral (select from tasks t where ${open} order by t.id limit ${mostCounted}) t
      where ${own} limit ${mostCounted}) found) counted`)

/** How much work of a codebase waits, runs and asks. */
export async function countOpen(tx: Reader, { tenantId, codebaseId, principal }: OpenScope): Promise<OpenCounts> {
  const [row] = await tx.query<OpenCounts>(counts, [tenantId, codebaseId, principal])
  return row ?? { pending: 0, running: 0, asking: 0 }
}

export interface OpenTask {
  id: string
  state: TaskState
  title: string
  sessionId: string | null
  workerId: string | null
}

/** How a codebase stands for a caller, whose own tasks these are. */
export interface CodebaseStatus {
  codebase: CodebaseRow
  counts: OpenCounts
  /** The newest of the tasks that run or ask something. */
  active: OpenTask[]
  /** The session in which something happened last. */
  sessionId: string | null
}

const list = plannedPerCall(`
  select t.id, t.state, w.title, w.session_id as "sessionId", t.worker_id as "workerId"
  from (
    select t.tenant_id, t.id, t.state, t.worker_id from lanes l cross join unnest($4::text[]) as s (state)
      cross join lateral (select * from tasks t where ${open} order by t.id desc limit $5) t
    where ${own} order by t.id desc limit $5) t
    join task_work w on w.tenant_id = t.tenant_id and w.task_id = t.id
  where $6::text is null or w.session_id = $6
  order by t.id desc`)

export interface OpenFilter extends OpenScope {
  states: readonly TaskState[]
  /** Only tasks of this session. */
  sessionId?: string | null
  limit: number
}

/** Tasks of a codebase that have not ended, the newest first. */
export const listOpen = (tx: Reader, filter: OpenFilter): Promise<OpenTask[]> => {
  const { tenantId, codebaseId, principal, states, sessionId = null, limit } = filter
  return tx.query(list, [tenantId, codebaseId, principal, states, limit, sessionId])
}

/** Tasks without a session do not hide the last one that has one, up to so many in each lane. */
const mostLooked = 1_000

// By what happened last, which is indexed by lane: tasks of other principals are not looked at.
const session = statement(`
  select w.session_id as "sessionId", w.agent_type as "agentType",
    -- One that somebody has asked for: what was chosen may be another one now.
    case when (w.routing->>'model_required')::boolean then w.model_ref end as "modelRef"
  from (
    select t.tenant_id, t.id, t.changed_in from lanes l cross join lateral (
      select t.tenant_id, t.id, t.changed_in from tasks t
      where t.lane = l.id and t.changed_in is not null order by t.changed_in desc, t.id desc limit ${mostLooked}) t
    where l.tenant_id = $1 and l.codebase_id = $2 and l.principal = $3) t
    join task_work w on w.tenant_id = t.tenant_id and w.task_id = t.id
  where w.session_id is not null and ($4::text is null or w.session_id = $4)
  order by t.changed_in desc, t.id desc limit 1`)

/** What the last task of a session was. */
export interface LastSession {
  sessionId: string
  agentType: string
  modelRef: string | null
}

/** The session of a principal in a codebase in which something happened last, or the one that is named. */
export async function findLastSession(
  tx: Reader,
  {
    tenantId,
    codebaseId,
    principal,
    sessionId = null,
  }: { tenantId: string; codebaseId: string; principal: string; sessionId?: string | null },
): Promise<LastSession | null> {
  const [row] = await tx.query<LastSession>(session, [tenantId, codebaseId, principal, sessionId])
  return row ?? null
}
