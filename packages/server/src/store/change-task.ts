import { limits } from '@codetether/protocol/limits'
import type { TaskState } from '@codetether/protocol/task-state'
import type { Plan } from './plan.ts'
import { statement } from './statement.ts'
import type { Writer } from './store.ts'
import { type TaskRow, taskColumns } from './tasks.ts'

/** The fence of a running attempt: a write counts only while the task's row shows the same attempt and token. */
export interface Fence {
  attempt: number
  token: string
}

export interface TaskChange {
  taskId: string
  plan: Plan
  /** The states in which the change is allowed. */
  from: readonly TaskState[]
  /** Set for a change that follows from what was read: only while this is still the last event. */
  lastSeq?: number
  /** Set for a write of a running attempt. */
  fence?: Fence
  /** Set for a write of a caller: only the caller's own tasks. */
  principal?: string
  lease: LeaseChange
}

/** What happens to the lease: kept, given up, or taken by a new attempt, `afterLoss` of the one before. */
export type LeaseChange = 'keep' | 'release' | { owner: string; token: string; afterLoss: boolean }

// The row of `tasks` is locked first; seq and generation of all other rows follow from it.
const change = statement(`
  with input as (select $3::jsonb as plan),
  task as (
    update tasks t set
      state = coalesce($4, t.state),
      status_message = case when $4::text is null then t.status_message else nullif(plan->'statusMessage', 'null') end,
      status_seq = coalesce(t.last_seq + (plan->>'statusOffset')::bigint, t.status_seq),
      status_at = case when $4::text is null then t.status_at else now() end,
      last_seq = t.last_seq + (plan->>'count')::bigint,
      generation = t.generation + (plan->>'visible')::bigint,
      attempt = t.attempt + ($9::text = 'take')::int,
      lease_owner = case $9 when 'keep' then t.lease_owner when 'take' then $10::uuid end,
      lease_token = case $9 when 'keep' then t.lease_token when 'take' then $11::uuid end,
      lease_until = case $9 when 'keep' then t.lease_until when 'take' then now() + make_interval(secs => $12) end,
      lost_leases = case $9 when 'take' then case when $13 then t.lost_leases + 1 else 0 end else t.lost_leases end,
      updated_at = now()
    from input
    where t.tenant_id = $1 and t.id = $2 and t.state = any ($5::text[])
      and ($6::uuid is null or (t.lease_token = $6 and t.attempt = $7))
      and ($8::text is null or t.principal = $8)
      and ($14::bigint is null or t.last_seq = $14)
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
  select * from task`)

/**
 * Appends events to one task and changes what they change.
 * @returns the row after the change, or null if the task is not there, in another state, held by another attempt, or has
 * gone on since it was read.
 */
export async function changeTask(tx: Writer, tenantId: string, task: TaskChange): Promise<TaskRow | null> {
  const { plan, fence, lease } = task
  const taken = typeof lease === 'object' ? lease : null
  const rows = await tx.query<TaskRow>(change, [
    tenantId,
    task.taskId,
    JSON.stringify(plan),
    plan.state,
    task.from,
    fence?.token ?? null,
    fence?.attempt ?? null,
    task.principal ?? null,
    typeof lease === 'object' ? 'take' : lease,
    taken?.owner ?? null,
    taken?.token ?? null,
    limits.leaseMs / 1000,
    taken?.afterLoss ?? false,
    task.lastSeq ?? null,
  ])
  return rows[0] ?? null
}
