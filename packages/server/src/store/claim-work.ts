import type { Json, JsonObject } from '@codetether/protocol/json'
import type { Message } from '@codetether/protocol/message'
import { eventVersion } from '@codetether/protocol/task-event'
import type { ErrandKind } from '@codetether/protocol/work/errand'
import { changedNow } from './codebase-changes.ts'
import { isOpenTo } from './lanes.ts'
import { putOffSeconds } from './leases.ts'
import { currentSession } from './sessions.ts'
import { statement } from './statement.ts'
import type { Writer } from './store.ts'

export interface WorkClaim {
  tenantId: string
  workerId: string
  leaseSeconds: number
  room: number
  /** Only this task. */
  taskId: string | null
  /** How many tasks of one principal, and of the tenant, workers may run at once. */
  mostPerPrincipal: number | undefined
  mostPerTenant: number | undefined
}

/** A task that is leased to a worker now. */
export interface ClaimedWork {
  taskId: string
  contextId: string
  agentType: string
  /** As which of its agents the worker was asked. */
  targetAgentName: string | null
  lane: number
  attempt: number
  token: string
  priority: number
  metadata: JsonObject | null
  createdAt: Date
  deadlineAt: Date | null
  title: string
  codebaseId: string | null
  /** Where the worker has the codebase. */
  path: string | null
  /** The model that it asks for, or that was chosen for it and that this worker has. */
  modelRef: string | null
  sessionId: string | null
  timeLimitSeconds: number | null
  checkpoint: Json
  checkpointSeq: number
  /** The message that it answers, if that is all an attempt needs to be given and is small. */
  message: Message | null
  errand: ErrandKind | null
  /** What is to be cloned, if that is the errand. */
  gitUrl: string | null
  gitBranch: string | null
}

/** In bytes, as they are stored: what is larger is read by itself. */
const smallMessage = 2_000

const mostPutOff = 1_000

const named = (onlyOne: boolean): string => (onlyOne ? 'and t.tenant_id = $1 and t.id = $7' : '')

const columns = `
    "putOff", t.id as "taskId", t.context_id as "contextId", w.agent_type as "agentType",
    w.routing->>'target_agent_name' as "targetAgentName", t.lane::float8 as lane,
    t.attempt, t.lease_token as token, t.priority::int as priority, t.metadata, t.created_at as "createdAt",
    t.deadline_at as "deadlineAt", w.title, w.codebase_id as "codebaseId", o.path,
    case when w.model_ref = any (me.model_refs) then w.model_ref end as "modelRef",
    ${currentSession} as "sessionId", w.time_limit_seconds as "timeLimitSeconds", w.checkpoint,
    w.checkpoint_seq::float8 as "checkpointSeq", m.message, w.errand, c.git_url as "gitUrl", c.git_branch as "gitBranch"`

const putOff = `put_off as (
    update tasks t set lease_until = now() + make_interval(secs => ${putOffSeconds} * (1 + random()))
    where t.tenant_id = $1 and t.id = any (array(
      select o.id from judged j join tasks o
        on o.tenant_id = j.tenant_id and o.principal = j.principal and o.agent = j.agent and o.serial_key = j.serial_key
      where j.behind and o.id >= j.id and o.lane is not null
        and o.state in ('submitted', 'working') and o.state = 'submitted' and o.lease_until is null
      limit ${mostPutOff} for update of o skip locked))
    returning 1
  )`

// Events have the form that `planEvents` gives them.
const lease = `taken as (
    update tasks t set
      state = 'working', status_message = null, status_seq = t.last_seq + 2, status_at = now(),
      last_seq = t.last_seq + 2, generation = t.generation + 1,
      attempt = t.attempt + 1, attempt_at = now(), report_seq = 0, worker_id = $2,
      lease_owner = (select key from workers where tenant_id = $1 and id = $2), lease_token = gen_random_uuid(),
      lease_until = now() + make_interval(secs => $3), changed_in = ${changedNow},
      updated_at = now()
    where t.tenant_id = $1 and t.id = any (array(select id from granted where not behind))
    returning t.*
  ), events as (
    insert into task_events (tenant_id, task_id, seq, generation, kind, v, actor, body)
    select tenant_id, id, last_seq - 1, null::bigint, 'attempt', ${eventVersion}, 'worker:' || $2,
      jsonb_build_object('attempt', attempt) from taken
    union all
    select tenant_id, id, last_seq, generation, 'status', ${eventVersion}, 'worker:' || $2,
      jsonb_build_object('state', 'working') from taken`

// What a worker is told of what it has taken: one row of each table, by its key.
const told = `select ${columns}
  from (select count(*)::int as "putOff" from put_off) p left join taken t on true
    left join lateral (
      select * from task_work w where w.tenant_id = t.tenant_id and w.task_id = t.id limit 1) w on true
    left join lateral (
      select o.path from worker_codebases o
      where o.tenant_id = t.tenant_id and o.worker_id = $2 and o.codebase_id = w.codebase_id limit 1) o on true
    left join lateral (
      select m.message from task_messages m
      where t.attempt = 1 and m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq = t.turn_seq
        and pg_column_size(m.message) <= ${smallMessage} limit 1) m on true
    left join workers me on me.tenant_id = $1 and me.id = $2
    left join lateral (
      select c.git_url, c.git_branch from codebases c
      where w.errand = 'clone' and c.tenant_id = t.tenant_id and c.id = w.codebase_id limit 1) c on true
  order by t.priority desc, t.id`

// Only heads of lanes are looked at: of each user those with the highest priority. The room is shared out among the users, and a
// user's share among the lanes, so that one user's tasks do not stand before another's, whatever priority they have. Who comes first is drawn: with room for one
// task, whoever always came first would have everything. The tasks of a session run one at a time, in their order; one that is
// behind is put off with all that are behind it too, so that a long session does not stand before everything else.
// Nothing has a higher priority than the head of its lane. With `=` the order would be that of the ids alone, which the primary key has
// too: measured beside a million tasks of others, 750 ms for a claim instead of 3.
// With limits, a principal has no more than what is left of its own, and all together what is left of the tenant's.
// With `onlyOne`, $7 is the id of that task: it is found by its id, and not by looking through its lane.
const claimOf = (onlyOne: boolean) => `
  with running as materialized (
    select t.principal, count(*) as n from tasks t
    where t.lease_owner = any (array(
      select key from workers where tenant_id = $1 and coalesce($5::int, $6::int) is not null)) group by 1
  ), room as (
    select greatest(0, least($4::int, $6 - (select coalesce(sum(n), 0) from running)))::int as room
  ), heads as (
    select l.id, l.principal, head.priority, $5 - coalesce(r.n, 0) as allowance
    from workers w join lanes l on ${isOpenTo} left join running r on r.principal = l.principal
      cross join lateral (
        select t.priority from tasks t
        where t.lane = l.id and t.state = 'submitted' and t.lease_until is null ${named(onlyOne)}
        order by t.priority desc, t.id limit 1) head
    where w.tenant_id = $1 and w.id = $2 and w.state = 'active' and (select room from room) > 0 and coalesce(r.n < $5, true)
  ), first as (
    select * from (select *, max(priority) over (partition by principal) as top from heads) h where priority = top
  ), best as (
    select id, priority, allowance, least(allowance,
      ceil(room::float8 / (select count(distinct principal) from first) / count(*) over (partition by principal))) as share
    from first, room order by row_number() over (partition by principal order by random()), random()
  ), due as (
    select d.*, best.allowance from best cross join lateral (
      select t.tenant_id, t.id, t.principal, t.agent, t.serial_key from tasks t
      where t.lane = best.id and t.state = 'submitted' and t.lease_until is null and t.priority >= best.priority
        ${named(onlyOne)}
      order by t.priority desc, t.id limit best.share for update skip locked) d
    limit (select room from room)
  ), judged as (
    select d.*, d.serial_key is not null and exists (
      select from tasks o
      where o.tenant_id = d.tenant_id and o.principal = d.principal and o.agent = d.agent
        and o.serial_key = d.serial_key and o.id <> d.id
        and (o.state = 'working' or (o.state = 'submitted' and o.id < d.id))) as behind
    from due d
  ), granted as (
    select * from (select *, row_number() over (partition by principal, behind order by id) as place from judged) j
    where behind or coalesce(place <= allowance, true)
  ), ${putOff}, ${lease}
  )
  ${told}`

const claim = statement(claimOf(false))
const claimOne = statement(claimOf(true))

// Two that count at once would both take what is left.
const lock = statement(`select pg_advisory_xact_lock(hashtextextended('claims of ' || $1, 0))`)

type Row = { putOff: number } & (ClaimedWork | { taskId: null })

/**
 * Leases to a worker what it may take. Two that claim at once get different tasks.
 * @returns what it has now, and how many tasks that are behind others were seen: other ones may stand behind those.
 */
export async function claimWork(tx: Writer, given: WorkClaim): Promise<{ claimed: ClaimedWork[]; putOff: number }> {
  const { tenantId, workerId, leaseSeconds, room, taskId, mostPerPrincipal = null, mostPerTenant = null } = given
  const values = [tenantId, workerId, leaseSeconds, room, mostPerPrincipal, mostPerTenant]
  const isLimited = mostPerPrincipal !== null || mostPerTenant !== null
  const [, rows] = await Promise.all([
    // A statement of its own, which travels with the other: the claim counts when it has the lock.
    isLimited ? tx.query(lock, [tenantId]) : [],
    taskId === null ? tx.query<Row>(claim, values) : tx.query<Row>(claimOne, [...values, taskId]),
  ])
  return {
    claimed: rows.flatMap(({ putOff: _, ...row }) => (row.taskId === null ? [] : [row])),
    putOff: rows[0]?.putOff ?? 0,
  }
}
