import type { Json, JsonObject } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { TaskState } from '@codetether/protocol/task-state'
import { isOpenTo } from './lanes.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { Reader } from './store.ts'

/** A task of workers as its caller sees it. */
export interface WorkRow {
  id: string
  title: string
  agentType: string
  message: Message
  state: TaskState
  statusMessage: Message | null
  priority: number
  workerId: string | null
  attempt: number
  maxAttempts: number
  metadata: JsonObject | null
  routing: JsonObject
  codebaseId: string | null
  modelRef: string | null
  sessionId: string | null
  progress: JsonObject | null
  checkpoint: Json
  /** The number of the checkpoint; 0 for none. */
  checkpointSeq: number
  timeLimitSeconds: number | null
  /** The task that does this dead letter over. */
  redrivenAs: string | null
  lastSeq: number
  deadLetter: string | null
  /** Where it waits, or waited. */
  lane: number
  /** When it may be taken, if it waits for a time; when its lease runs out, if it runs. */
  leaseUntil: Date | null
  createdAt: Date
  updatedAt: Date
  startedAt: Date | null
  statusAt: Date
  deadlineAt: Date | null
}

export const workColumns = `
  t.id, d.title, d.agent_type as "agentType", m.message, t.state, t.status_message as "statusMessage",
  t.priority::int as priority, t.worker_id as "workerId", t.attempt, t.max_attempts::int as "maxAttempts", t.metadata,
  d.routing, d.codebase_id as "codebaseId", d.model_ref as "modelRef", d.session_id as "sessionId", d.progress,
  d.checkpoint, d.checkpoint_seq::float8 as "checkpointSeq", d.time_limit_seconds as "timeLimitSeconds",
  d.redriven_as as "redrivenAs", t.last_seq::float8 as "lastSeq", t.dead_letter as "deadLetter", t.lane::float8 as lane,
  t.lease_until as "leaseUntil",
  t.created_at as "createdAt", t.updated_at as "updatedAt", t.attempt_at as "startedAt", t.status_at as "statusAt",
  t.deadline_at as "deadlineAt"`

export const workParts = `tasks t
    join task_work d on d.tenant_id = t.tenant_id and d.task_id = t.id
    join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq = 1`

const find = statement(
  `select ${workColumns} from ${workParts} where t.tenant_id = $1 and t.id = $2 and t.principal = $3`,
)

/** A task of a principal; null also for one that is not for workers. */
export async function findWork(
  tx: Reader,
  { tenantId, principal, id }: { tenantId: string; principal: string; id: string },
): Promise<WorkRow | null> {
  const [row] = await tx.query<WorkRow>(find, [tenantId, id, principal])
  return row ?? null
}

export interface WorkFilter {
  tenantId: string
  principal: string
  states: readonly TaskState[] | null
  workerId: string | null
  codebaseId: string | null
  agentName: string | null
  /** The id behind which the page begins: the newest come first. */
  before: string | null
  limit: number
}

/** About how much a row of `workParts` has to carry. */
const bytes = `(octet_length(m.message::text) + coalesce(octet_length(t.status_message::text), 0)
    + coalesce(octet_length(t.metadata::text), 0) + coalesce(octet_length(d.checkpoint::text), 0))`

export type WorkPage = Promise<{ page: WorkRow[]; more: boolean }>

/**
 * Reads a page of the rows `t` that `found` tells, in an order of theirs: it ends early where tasks are large. $1 is the tenant, `limit`
 * the parameter that has the size of the page. The sizes are added up before anything is read.
 */
export function pageOfWork({ found, order, limit }: { found: string; order: string; limit: string }) {
  const list = plannedPerCall(`
    with page as materialized (
      select t.id as "pageId", count(*) over () as found, row_number() over ranked as place,
        sum(${bytes}) over (ranked rows between unbounded preceding and 1 preceding) as before
      from (select t.* from ${found} order by ${order} limit ${limit} + 1) t
        join task_work d on d.tenant_id = t.tenant_id and d.task_id = t.id
        join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq = 1
      window ranked as (order by ${order})
    )
    select ${workColumns}, p.found > p.place as "hasNext"
    from page p join (${workParts}) on t.tenant_id = $1 and t.id = p."pageId"
    where p.place <= ${limit} and coalesce(p.before, 0) < ${limits.pageBytes}
    order by p.place`)
  return async (tx: Reader, values: readonly unknown[]): WorkPage => {
    const page = await tx.query<WorkRow & { hasNext: boolean }>(list, values)
    return { page, more: page.at(-1)?.hasNext === true }
  }
}

const list = pageOfWork({
  found: `tasks t join task_work d on d.tenant_id = t.tenant_id and d.task_id = t.id
    where t.tenant_id = $1 and t.principal = $2 and t.lane is not null
      and ($3::text[] is null or t.state = any ($3)) and ($4::text is null or t.worker_id = $4)
      and ($5::uuid is null or d.codebase_id = $5) and ($6::text is null or d.routing->>'target_agent_name' = $6)
      and ($7::uuid is null or t.id < $7)`,
  order: 't.id desc',
  limit: '$8',
})

/** Tasks of a principal, the newest first. */
export const listWork = (tx: Reader, filter: WorkFilter): WorkPage => {
  const { tenantId, principal, states, workerId, codebaseId, agentName, before, limit } = filter
  return list(tx, [tenantId, principal, states, workerId, codebaseId, agentName, before, limit])
}

// Of the lanes that nobody may take from only the heads: a backlog may be a million rows. Whether anybody may is asked only where
// something waits: it means a look at each worker.
const stuck = plannedPerCall(`
  with waiting as materialized (
    select l.* from lanes l cross join lateral (
      select from tasks t where t.lane = l.id and t.state = 'submitted' and t.lease_until is null
      order by t.priority desc, t.id limit 1) head
    where l.tenant_id = $1 and l.principal = $2
  ), leased as materialized (
    select t.tenant_id, t.id, t.principal, t.state, t.lease_until from tasks t
    where t.lease_owner = any (array(select key from workers where tenant_id = $1))
  ), open as (
    select id, 'worker lost' as reason from leased
    where tenant_id = $1 and principal = $2 and state = 'working' and lease_until < now()
    union all
    select t.id, 'no worker' from (
      select l.id from waiting l where not exists (select from workers w where w.state = 'active' and ${isOpenTo})
    ) l cross join lateral (
      select * from tasks t where t.lane = l.id and t.state = 'submitted' and t.lease_until is null
      order by t.priority desc, t.id limit $3) t
  ), first as materialized (
    select * from open order by id limit $3
  )
  select p.*, f.reason from first f cross join lateral (
    select ${workColumns} from ${workParts} where t.tenant_id = $1 and t.id = f.id limit 1) p
  order by p.id`)

/** Why a task does not go on: its worker is not heard of, or none that is registered may take it. */
export type StuckReason = 'worker lost' | 'no worker'

/** Tasks of a principal that do not go on, the oldest first. */
export const findStuck = (
  tx: Reader,
  { tenantId, principal, limit }: { tenantId: string; principal: string; limit: number },
): Promise<(WorkRow & { reason: StuckReason })[]> => tx.query(stuck, [tenantId, principal, limit])
