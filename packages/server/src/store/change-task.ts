import { limits } from '@codetether/protocol/limits'
import type { TaskState } from '@codetether/protocol/task-state'
import type { Fence, Lease } from './lease.ts'
import type { Plan } from './plan.ts'
import { statement } from './statement.ts'
import type { Writer } from './store.ts'
import { type TaskRow, taskColumns } from './tasks.ts'

export interface TaskChange {
  taskId: string
  plan: Plan
  /** The states in which the change is allowed. */
  from: readonly TaskState[]
  /** Set for a write of a running attempt. */
  fence?: Fence
  /** Set for what ends a turn: only if the caller has sent nothing since it began. */
  whenRead?: boolean
  /** Set for a write of a caller: only the caller's own tasks. */
  principal?: string
  /** A message of the caller whose id counts once: nothing changes if it is known. */
  request?: { messageId: string; hash: string }
  /**
   * Which turn the task is in from here on: that of the message with this seq, or of the first message of the plan.
   * `all read` is for giving up: no message has a turn any more.
   */
  turn?: number | 'first message' | 'all read'
  lease: LeaseChange
  /** Attempts in a row that were lost, from here on. */
  lostLeases?: number
  deadLetter?: string
}

/** What happens to the lease: kept, given up, or replaced, with which a new attempt begins or not. */
export type LeaseChange = 'keep' | 'give up' | (Lease & { begins: boolean })

/** Which change of which task is allowed: conditions on its row, `t`. */
const allowed = `t.tenant_id = $1 and t.id = $2 and t.state = any ($5::text[])
      and ($6::uuid is null or (t.lease_token = $6 and t.attempt = $7))
      and ($8::text is null or t.principal = $8)
      and (not $10 or t.inbox_seq <= t.turn_seq)`

// The row of `tasks` is locked first; seq and generation of all other rows follow from it.
const changeAfter = (before: string, condition: string) => `
  with input as (select $3::jsonb as plan, $9::jsonb as lease),
  ${before}
  task as (
    update tasks t set
      state = coalesce($4, t.state),
      status_message = case when $4::text is null then t.status_message else nullif(plan->'statusMessage', 'null') end,
      status_seq = coalesce(t.last_seq + (plan->>'statusOffset')::bigint, t.status_seq),
      status_at = case when $4::text is null then t.status_at else now() end,
      last_seq = t.last_seq + (plan->>'count')::bigint,
      generation = t.generation + (plan->>'visible')::bigint,
      inbox_seq = coalesce(t.last_seq + (plan->>'inboxOffset')::bigint, t.inbox_seq),
      turn_seq = case $12::text when 'first message' then t.last_seq + (plan->>'inboxOffset')::bigint
        when 'all read' then t.inbox_seq else coalesce($11::bigint, t.turn_seq) end,
      turn_began = case when $11::bigint is null and $12::text is null then t.turn_began
        else t.last_seq + (plan->>'count')::bigint end,
      attempt = t.attempt + coalesce((lease->>'begins')::boolean, false)::int,
      attempt_at = case when (lease->>'begins')::boolean then now() else t.attempt_at end,
      lease_owner = case when lease is null then t.lease_owner else (lease->>'owner')::uuid end,
      lease_token = case when lease is null then t.lease_token else (lease->>'token')::uuid end,
      lease_until = case when lease is null then t.lease_until
        else now() + make_interval(secs => (lease->>'seconds')::float8) end,
      lost_leases = coalesce($13::int, t.lost_leases),
      dead_letter = coalesce($14, t.dead_letter),
      updated_at = now()
    from input
    where ${allowed} ${condition}
    returning ${taskColumns}
  ), base as (
    select "tenantId", id, "lastSeq"::bigint - (plan->>'count')::bigint as seq,
      generation::bigint - (plan->>'visible')::bigint as generation, plan
    from task, input
  ), event as (
    insert into task_events (tenant_id, task_id, seq, generation, kind, v, actor, body)
    select "tenantId", id, b.seq + e."offset", b.generation + e."visibleOffset", e.kind, e.v, e.actor, e.body
    from base b, jsonb_to_recordset(plan->'events') as e (
      "offset" bigint, "visibleOffset" bigint, kind text, v smallint, actor text, body jsonb)
  ), message as (
    insert into task_messages (tenant_id, task_id, seq, message)
    select "tenantId", id, b.seq + m."offset", m.message
    from base b, jsonb_to_recordset(plan->'messages') as m ("offset" bigint, message jsonb)
  ), replaced as (
    delete from task_artifacts a using base b, jsonb_to_recordset(plan->'chunks') as c ("artifactId" text, append boolean)
    where a.tenant_id = b."tenantId" and a.task_id = b.id and a.artifact_id = c."artifactId" and not c.append
  ), chunk as (
    insert into task_artifacts (tenant_id, task_id, artifact_id, seq, artifact)
    select "tenantId", id, c."artifactId", b.seq + c."offset", c.artifact
    from base b, jsonb_to_recordset(plan->'chunks') as c ("offset" bigint, "artifactId" text, artifact jsonb)
  )
  select * from task`

const change = statement(changeAfter('', ''))

// The lock comes before the message id: otherwise a task that changes in between would keep the id without the message.
const changeByRequest = statement(
  changeAfter(
    `locked as materialized (
    select t.tenant_id, t.id, t.principal, t.agent from tasks t where ${allowed} for update
  ), request as (
    insert into task_requests as r (tenant_id, principal, agent, message_id, request_hash, task_id)
    select tenant_id, principal, agent, $15, decode($16, 'hex'), id from locked
    on conflict (tenant_id, principal, agent, message_id) do update
      set request_hash = excluded.request_hash, task_id = excluded.task_id, created_at = now()
      where r.created_at < now() - make_interval(secs => $17)
    returning task_id
  ),`,
    'and t.id in (select task_id from request)',
  ),
)

/**
 * Appends events to one task and changes what they change.
 * @param planJson the plan, for a caller who has had it serialized already.
 * @returns the row after the change, or null if the task is not there, in another state, held by another attempt, has a
 * message that nobody has read, or the message id is known.
 */
export async function changeTask(
  tx: Writer,
  tenantId: string,
  task: TaskChange,
  planJson: string = JSON.stringify(task.plan),
): Promise<TaskRow | null> {
  const { fence, lease, turn, request } = task
  const values = [
    tenantId,
    task.taskId,
    planJson,
    task.plan.state,
    task.from,
    fence?.token ?? null,
    fence?.attempt ?? null,
    task.principal ?? null,
    leaseJson(lease),
    task.whenRead ?? false,
    typeof turn === 'number' ? turn : null,
    typeof turn === 'string' ? turn : null,
    task.lostLeases ?? null,
    task.deadLetter ?? null,
  ]
  const rows = await (request
    ? tx.query<TaskRow>(changeByRequest, [...values, request.messageId, request.hash, limits.idempotencyKeyMs / 1000])
    : tx.query<TaskRow>(change, values))
  return rows[0] ?? null
}

function leaseJson(lease: LeaseChange): string | null {
  if (lease === 'keep') return null
  return JSON.stringify(lease === 'give up' ? {} : lease)
}
