import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import { plannedPerCall } from './statement.ts'
import type { Reader } from './store.ts'

/** Something that was said in a codebase, by a caller or an agent. */
export interface SaidMessage {
  taskId: string
  sessionId: string | null
  seq: number
  message: Message
  at: Date | null
}

/** The place behind a message: the newest come first. */
export interface MessagePlace {
  taskId: string
  seq: number
}

export interface MessageFilter {
  tenantId: string
  principal: string
  codebaseId: string
  sessionId: string | null
  before: MessagePlace | null
  limit: number
}

/** Tasks that one page looks at, those of others among them. */
const mostLooked = 1_000

const before = `($5::uuid is null or`

// The last answer stands with the status of its task, and not among the messages. Bodies are unpacked for the page alone.
const list = plannedPerCall(`
  with looked as materialized (
    select w.task_id, w.session_id from task_work w
    where w.tenant_id = $1 and w.codebase_id = $3 and ($4::text is null or w.session_id = $4)
      and ${before} w.task_id <= $5)
    order by w.task_id desc limit ${mostLooked}
  ), own as materialized (
    select l.*, t.state, t.status_message, t.status_seq, t.status_at from looked l join tasks t on t.tenant_id = $1 and t.id = l.task_id
    where t.principal = $2 order by l.task_id desc limit $7 + 1
  ), said as (
    select * from (
      select o.task_id, o.session_id, m.seq, m.message, e.at from own o cross join lateral (
        select * from task_messages m
        where m.tenant_id = $1 and m.task_id = o.task_id and ${before} (m.task_id, m.seq) < ($5, $6))
        order by m.seq desc limit $7 + 1) m
        left join task_events e on e.tenant_id = $1 and e.task_id = m.task_id and e.seq = m.seq
      union all
      select task_id, session_id, status_seq, status_message, status_at from own
      where status_message is not null and state in ('completed', 'failed', 'canceled', 'rejected')
        and ${before} (task_id, status_seq) < ($5, $6))
    ) s order by task_id desc, seq desc limit $7 + 1
  ), sized as (
    select *, row_number() over newest as place,
      sum(pg_column_size(message)) over (newest rows between unbounded preceding and 1 preceding) as size
    from said window newest as (order by task_id desc, seq desc)
  )
  select s.task_id as "taskId", s.session_id as "sessionId", s.seq::float8 as seq, s.message, s.at,
    (select count(*)::int from sized) as found, last.task_id as "lookedTo", last.n::int as looked
  from (select min(task_id::text)::uuid as task_id, count(*) as n from looked) last
    left join sized s on s.place <= $7 and coalesce(s.size, 0) < ${limits.pageBytes}
  order by s.task_id desc, s.seq desc`)

type Row = SaidMessage & { found: number; lookedTo: string | null; looked: number }

/** What was said in the caller's tasks of a codebase, the newest first. A page of large messages, or among many tasks of others, ends early. */
export async function listMessages(
  tx: Reader,
  { tenantId, principal, codebaseId, sessionId, before: place, limit }: MessageFilter,
): Promise<{ page: SaidMessage[]; next: MessagePlace | null }> {
  const values = [tenantId, principal, codebaseId, sessionId, place?.taskId ?? null, place?.seq ?? null, limit]
  const rows = await tx.query<Row | (Row & { taskId: null })>(list, values)
  const [first] = rows
  const page = rows.filter(row => row.taskId !== null)
  const last = page.at(-1)
  if (last && first && first.found > page.length) return { page, next: { taskId: last.taskId, seq: last.seq } }
  const isCut = first !== undefined && first.looked === mostLooked && first.lookedTo !== null
  return { page, next: isCut ? { taskId: first.lookedTo ?? '', seq: 0 } : null }
}
