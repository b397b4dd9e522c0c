import type { JsonObject } from '@codetether/protocol/json'
import { limits } from '@codetether/protocol/limits'
import type { Lease } from './lease.ts'
import type { Plan } from './plan.ts'
import { statement } from './statement.ts'
import type { Writer } from './store.ts'
import type { WireVersion } from './tasks.ts'

/** A task to be stored together with its first events, which include `created`. */
export interface NewTask {
  id: string
  principal: string
  contextId: string
  agent: string
  routing: string
  wireVersion: WireVersion
  metadata: JsonObject | null
  /** The caller's message id and the hash of the request, or null if the caller gave no id. */
  request: { messageId: string; hash: string } | null
  /** Null for a task that has ended. */
  lease: Lease | null
  /** Set for a serial agent: tasks with the same key run one at a time. */
  serialKey: string | null
  /** Set for work of workers. */
  queue: QueuePlace | null
  plan: Plan
}

/** Where a task waits for a worker. */
export interface QueuePlace {
  lane: number
  /** Whoever follows its codebase is told of its changes. */
  inCodebase: boolean
  /** Higher first. */
  priority: number
  deadlineSeconds: number | null
  maxAttempts: number
}

/** A new task as JSON, so that a group can be bounded by its size before it is sent. */
export type SerializedTask = string & { readonly of: 'NewTask' }

export const serializeTask = (task: NewTask): SerializedTask => JSON.stringify(task) as SerializedTask

// One statement for any number of tasks. A task whose message id is taken is left out of the result, and out of
// everything else: its neighbours are stored all the same.
const insert = statement(`
  with input as (
    select * from jsonb_to_recordset($2::jsonb) as i (
      id uuid, principal text, "contextId" text, agent text, routing text, "wireVersion" text, metadata jsonb,
      request jsonb, lease jsonb, "serialKey" text, queue jsonb, plan jsonb)
  ), request as (
    insert into task_requests as r (tenant_id, principal, agent, message_id, request_hash, task_id)
    select $1, principal, agent, request->>'messageId', decode(request->>'hash', 'hex'), id
    from input where request is not null
    on conflict (tenant_id, principal, agent, message_id) do update
      set request_hash = excluded.request_hash, task_id = excluded.task_id, created_at = now()
      where r.created_at < now() - make_interval(secs => $3)
    returning task_id
  ), task as (
    insert into tasks (tenant_id, id, principal, context_id, agent, routing, wire_version, metadata, state,
      status_message, status_seq, last_seq, generation, serial_key, attempt, attempt_at, lease_owner, lease_token, lease_until,
      lane, changed_in, priority, deadline_at, max_attempts)
    select $1, id, principal, "contextId", agent, routing, "wireVersion", metadata, plan->>'state',
      nullif(plan->'statusMessage', 'null'), (plan->>'statusOffset')::bigint, (plan->>'count')::bigint,
      (plan->>'visible')::bigint, "serialKey", (lease->>'owner' is not null)::int,
      case when lease->>'owner' is not null then now() end, (lease->>'owner')::uuid, (lease->>'token')::uuid,
      now() + make_interval(secs => (lease->>'seconds')::float8), (queue->>'lane')::bigint,
      case when (queue->>'inCodebase')::boolean then pg_current_xact_id() end, coalesce((queue->>'priority')::smallint, 0), now() + make_interval(secs => (queue->>'deadlineSeconds')::float8),
      (queue->>'maxAttempts')::smallint
    from input
    where request is null or id in (select task_id from request)
    returning id
  ), event as (
    insert into task_events (tenant_id, task_id, seq, generation, kind, v, actor, body)
    select $1, id, e."offset", e."visibleOffset", e.kind, e.v, e.actor, e.body
    from input join task using (id), jsonb_to_recordset(plan->'events') as e (
      "offset" bigint, "visibleOffset" bigint, kind text, v smallint, actor text, body jsonb)
  ), message as (
    insert into task_messages (tenant_id, task_id, seq, message)
    select $1, id, m."offset", m.message
    from input join task using (id), jsonb_to_recordset(plan->'messages') as m ("offset" bigint, message jsonb)
  ), chunk as (
    insert into task_artifacts (tenant_id, task_id, artifact_id, seq, artifact)
    select $1, id, c."artifactId", c."offset", c.artifact
    from input join task using (id), jsonb_to_recordset(plan->'chunks') as c (
      "offset" bigint, "artifactId" text, artifact jsonb)
  )
  select id, now()::timestamptz(3) as at from task`)

/**
 * Stores tasks with their first events, messages and artifacts.
 * @returns the ids of those that are new, with the database's time; the others' message ids are known already.
 */
export const insertTasks = (
  tx: Writer,
  tenantId: string,
  tasks: readonly SerializedTask[],
): Promise<{ id: string; at: Date }[]> =>
  tx.query(insert, [tenantId, `[${tasks.join(',')}]`, limits.idempotencyKeyMs / 1000])
