import type { Message } from '@codetether/protocol/message'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

/** `changed_in` of a task `t` that is written now; null stays null: it is in no codebase, and nobody follows it. */
export const changedNow = `case when t.changed_in is not null then greatest(t.changed_in, pg_current_xact_id()) end`

/** A task of a codebase to whose log something was added. */
export interface ChangedTask {
  id: string
  title: string
  sessionId: string | null
  lastSeq: number
  /** The latest transaction that has added to its log. */
  changedIn: number
  /** The last event of the transactions before those that were asked for; 0 if there is none. */
  toldSeq: number
}

/** What happened in a codebase, as of one moment. */
export interface CodebaseChanges {
  /** False: it was deleted. */
  isThere: boolean
  /** Where the caller's tasks of the codebase wait. */
  lanes: number[]
  /** The transaction from which on was looked. */
  from: number
  /** Whatever transactions before this one have written is visible, and will not become more. */
  floor: number
  /** No transaction has this number yet. */
  ceiling: number
  /** In the order of `changedIn` and id. */
  tasks: ChangedTask[]
}

export interface ChangesRange {
  tenantId: string
  principal: string
  codebaseId: string
  /** Transactions from this one on; null: from the oldest one that is under way. */
  from: number | null
  limit: number
}

// One statement: what is visible and which transactions are under way is of the same moment.
const look = statement(`
  with bounds as materialized (
    select coalesce($4::text::xid8, pg_snapshot_xmin(s)) as "from", pg_snapshot_xmin(s) as floor, pg_snapshot_xmax(s) as ceiling
    from (select pg_current_snapshot() as s) now
  ), own as materialized (
    select id from lanes where tenant_id = $1 and principal = $2 and codebase_id = $3
  ), changed as materialized (
    select t.* from bounds b, own l cross join lateral (
      select t.id, t.last_seq, t.changed_in from tasks t
      where t.lane = l.id and t.changed_in >= b."from" and t.changed_in < b.ceiling
      order by t.changed_in, t.id limit $5) t
    order by t.changed_in, t.id limit $5
  )
  select b."from"::text::float8 as "from", b.floor::text::float8 as floor, b.ceiling::text::float8 as ceiling,
    exists (select from codebases where tenant_id = $1 and id = $3) as "isThere",
    array(select id::float8 from own) as lanes,
    coalesce((
      select jsonb_agg(jsonb_build_object('id', c.id, 'title', w.title, 'sessionId', w.session_id, 'lastSeq', c.last_seq,
        'changedIn', c.changed_in::text::bigint, 'toldSeq', coalesce((
          select e.seq from task_events e
          where e.tenant_id = $1 and e.task_id = c.id and e.made_in < b."from"
          order by e.seq desc limit 1), 0)) order by c.changed_in, c.id)
      from changed c join task_work w on w.tenant_id = $1 and w.task_id = c.id), '[]') as tasks
  from bounds b`)

/** The caller's tasks of a codebase to whose logs was added by given transactions, at most `limit` of them. */
export async function findChanges(tx: Reader, range: ChangesRange): Promise<CodebaseChanges> {
  const { tenantId, principal, codebaseId, from, limit } = range
  const [row] = await tx.query<CodebaseChanges>(look, [tenantId, principal, codebaseId, from, limit])
  return row ?? { isThere: false, lanes: [], from: 0, floor: 0, ceiling: 0, tasks: [] }
}

const prompt = statement(`select message from task_messages where tenant_id = $1 and task_id = $2 and seq = 1`)

/** The message with which a task was made. */
export async function findPrompt(tx: Reader, tenantId: string, taskId: string): Promise<Message | null> {
  const [row] = await tx.query<{ message: Message }>(prompt, [tenantId, taskId])
  return row?.message ?? null
}
