import { limits } from '@codetether/protocol/limits'
import type { TaskEvent } from '@codetether/protocol/task-event'
import type { TaskState } from '@codetether/protocol/task-state'
import { changedNow } from './codebase-changes.ts'
import type { Fence, Lease } from './lease.ts'
import type { Plan } from './plan.ts'
import { namedSessions } from './sessions.ts'
import { statement } from './statement.ts'
import type { Writer } from './store.ts'
import { type TaskRow, taskColumns } from './tasks.ts'
import type { WorkNote } from './work.ts'

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
  /** Set for a report of a worker: its number, right behind the last one that was taken. */
  reportSeq?: number
  /** What a report notes beside the log. */
  note?: WorkNote
  /** Attempts in a row that were lost, from here on. */
  lostLeases?: number
  deadLetter?: string
}

/** What happens to the lease: kept, given up, or replaced, with which a new attempt begins or not. */
export type LeaseChange = 'keep' | 'give up' | (Lease & { begins: boolean })

/** A change as JSON, so that a group can be bounded by its size before it is sent. */
export type SerializedChange = string & { readonly of: 'TaskChange' }

export function serializeChange({ taskId, fence, turn, request, lease, ...rest }: TaskChange): SerializedChange {
  const { chunks } = rest.plan
  return JSON.stringify({
    ...rest,
    id: taskId,
    token: fence?.token,
    attempt: fence?.attempt,
    owner: fence?.owner,
    turn: typeof turn === 'number' ? turn : undefined,
    opensTurn: turn === 'first message',
    readsAll: turn === 'all read',
    lease: leaseJson(lease),
    replaced: chunks.filter(chunk => !chunk.append).map(chunk => chunk.artifactId),
    messageId: request?.messageId,
    hash: request?.hash,
  }) as SerializedChange
}

/** The events of a change, as they are stored. */
export const eventsOf = (change: SerializedChange): TaskEvent[] => {
  const { plan }: { plan: Plan } = JSON.parse(change)
  return plan.events.map(({ kind, body }) => ({ ...body, kind }) as TaskEvent)
}

function leaseJson(lease: LeaseChange): object | undefined {
  if (lease === 'keep') return undefined
  return lease === 'give up' ? {} : lease
}

/** Which change of which task is allowed: conditions on its row `t` and on the change `i`. */
const allowed = `t.tenant_id = $1 and t.id = i.id and t.state = any (i."from")
      and (i.token is null or (t.lease_token = i.token and t.attempt = i.attempt
        and (i.owner is null or t.lease_owner = i.owner)))
      and (i.principal is null or t.principal = i.principal)
      and (i."whenRead" is not true or t.inbox_seq <= t.turn_seq)
      and (i."reportSeq" is null or t.report_seq = i."reportSeq" - 1)`

/** What a change does to the row of its task `t`: by the change `i` and its plan. */
const newColumns = `state = coalesce(plan->>'state', t.state),
      status_message = case when plan->>'state' is null then t.status_message
        else nullif(plan->'statusMessage', 'null') end,
      status_seq = coalesce(t.last_seq + (plan->>'statusOffset')::bigint, t.status_seq),
      status_at = case when plan->>'state' is null then t.status_at else now() end,
      last_seq = t.last_seq + (plan->>'count')::bigint,
      generation = t.generation + (plan->>'visible')::bigint,
      inbox_seq = coalesce(t.last_seq + (plan->>'inboxOffset')::bigint, t.inbox_seq),
      turn_seq = case when "opensTurn" then t.last_seq + (plan->>'inboxOffset')::bigint
        when "readsAll" then t.inbox_seq else coalesce(i.turn, t.turn_seq) end,
      turn_began = case when i.turn is null and not "opensTurn" then t.turn_began
        else t.last_seq + (plan->>'count')::bigint end,
      attempt = t.attempt + coalesce((lease->>'begins')::boolean, false)::int,
      attempt_at = case when (lease->>'begins')::boolean then now() else t.attempt_at end,
      lease_owner = case when lease is null then t.lease_owner else (lease->>'owner')::uuid end,
      lease_token = case when lease is null then t.lease_token else (lease->>'token')::uuid end,
      lease_until = case when lease is null then t.lease_until
        else now() + make_interval(secs => (lease->>'seconds')::float8) end,
      lost_leases = coalesce("lostLeases", t.lost_leases),
      dead_letter = coalesce("deadLetter", t.dead_letter),
      report_seq = coalesce("reportSeq", t.report_seq),
      changed_in = ${changedNow}, updated_at = now()`

/** The rows behind it; `base` has the seq before the change. */
const newRows = `note as (
    update task_work w set
      progress = coalesce(nullif(note->'progress', 'null'), w.progress),
      checkpoint = case when (note->'checkpoint'->>'seq')::bigint > w.checkpoint_seq then note->'checkpoint'->'data'
        else w.checkpoint end,
      checkpoint_seq = greatest(w.checkpoint_seq, (note->'checkpoint'->>'seq')::bigint),
      session_id = coalesce(note->>'sessionId', w.session_id)
    from input join task using (id)
    where note is not null and w.tenant_id = $1 and w.task_id = id
    returning id, w.codebase_id as "codebaseId", w.title, note->>'sessionId' as session
  ), ${namedSessions}, event as (
    insert into task_events (tenant_id, task_id, seq, generation, kind, v, actor, body)
    select $1, id, b.seq + e."offset", b.generation + e."visibleOffset", e.kind, e.v, e.actor, e.body
    from base b, jsonb_to_recordset(plan->'events') as e (
      "offset" bigint, "visibleOffset" bigint, kind text, v smallint, actor text, body jsonb)
  ), message as (
    insert into task_messages (tenant_id, task_id, seq, message)
    select $1, id, b.seq + m."offset", m.message
    from base b, jsonb_to_recordset(plan->'messages') as m ("offset" bigint, message jsonb)
  ), replaced as (
    delete from task_artifacts a using (select id, unnest(replaced) as artifact_id from base) as r
    where a.tenant_id = $1 and a.task_id = r.id and a.artifact_id = r.artifact_id
  ), chunk as (
    insert into task_artifacts (tenant_id, task_id, artifact_id, seq, artifact)
    select $1, id, c."artifactId", b.seq + c."offset", c.artifact
    from base b, jsonb_to_recordset(plan->'chunks') as c ("offset" bigint, "artifactId" text, artifact jsonb)
  )`

// One statement for any number of tasks. The rows of `tasks` are locked first, in the order of the input; seq and
// generation of all other rows follow from them. A change that its row refuses is left out of the result, and out of
// everything else. Without the limit the plan is made for many rows: one that reads all of a table while it is small.
// What is replaced is unnested, so that a change which replaces nothing joins with nothing: `= any` read every chunk.
const changeAfter = (before: string, condition: string) => `
  with input as (
    select * from jsonb_to_recordset($2::jsonb) as i (
      id uuid, "from" text[], token uuid, attempt bigint, owner uuid, principal text, "whenRead" boolean, turn bigint,
      "opensTurn" boolean, "readsAll" boolean, lease jsonb, "lostLeases" int, "deadLetter" text, replaced text[], "messageId" text,
      hash text, "reportSeq" bigint, note jsonb, plan jsonb)
    limit $3
  ), ${before}
  task as (
    update tasks t set ${newColumns}
    from input i
    where ${allowed} ${condition}
    returning ${taskColumns}
  ), base as (
    select id, "lastSeq"::bigint - (plan->>'count')::bigint as seq,
      generation::bigint - (plan->>'visible')::bigint as generation, replaced, plan
    from input join task using (id)
  ), ${newRows}
  select * from task`

const change = statement(changeAfter('', ''))

// The lock comes before the message id: otherwise a task that changes in between would keep the id without the message.
const changeByRequest = statement(
  changeAfter(
    `locked as materialized (
    select t.tenant_id, t.id, t.principal, t.agent, i."messageId", i.hash
    from input i join tasks t on ${allowed} for update of t
  ), request as (
    insert into task_requests as r (tenant_id, principal, agent, message_id, request_hash, task_id)
    select tenant_id, principal, agent, "messageId", decode(hash, 'hex'), id from locked
    on conflict (tenant_id, principal, agent, message_id) do update
      set request_hash = excluded.request_hash, task_id = excluded.task_id, created_at = now()
      where r.created_at < now() - make_interval(secs => $4)
    returning task_id
  ),`,
    'and t.id in (select task_id from request)',
  ),
)

const jsonOf = (changes: readonly SerializedChange[]): string => `[${changes.join(',')}]`

/**
 * Appends events to tasks and changes what they change, each task at most once, none with a message id.
 * @returns the rows after the change, without those of tasks that are not there, in another state, held by another
 * attempt, or have a message that nobody has read.
 */
export const changeTasks = (tx: Writer, tenantId: string, changes: readonly SerializedChange[]): Promise<TaskRow[]> =>
  tx.query(change, [tenantId, jsonOf(changes), changes.length])

/** The same for one change, which may have a message id. @returns null also if that is known. */
export async function changeTask(
  tx: Writer,
  tenantId: string,
  task: TaskChange,
  json = serializeChange(task),
): Promise<TaskRow | null> {
  const values = [tenantId, jsonOf([json]), 1]
  const [row] = await (task.request
    ? tx.query<TaskRow>(changeByRequest, [...values, limits.idempotencyKeyMs / 1000])
    : tx.query<TaskRow>(change, values))
  return row ?? null
}
