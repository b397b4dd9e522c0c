import type { Walk } from './retention.ts'
import { plannedPerCall } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** The place behind a session. */
export interface SessionPlace {
  codebaseId: string
  id: string
}

const old = `updated_at < now() - make_interval(days => $4)`

// A portion ends where the sum of the messages reaches its size. The sessions go first: one that changes meanwhile stays as it is.
const remove = plannedPerCall(`
  with page as materialized (
    select * from (
      select *, sum(case when ${old} then message_count else 0 end) over (order by codebase_id, id) - message_count as before
      from (
        select codebase_id, id, updated_at, message_count from sessions
        where tenant_id = $1 and (codebase_id, id) > ($2, $3)
        order by codebase_id, id limit $5) s
    ) s where before < $5
  ), due as materialized (
    select codebase_id, id from page where ${old}
  ), gone as (
    delete from sessions s using due d
    where $6 and s.tenant_id = $1 and s.codebase_id = d.codebase_id and s.id = d.id and ${old.replace('updated_at', 's.updated_at')}
    returning s.codebase_id, s.id
  ), messages as (
    delete from session_messages m using gone g
    where m.tenant_id = $1 and m.codebase_id = g.codebase_id and m.session_id = g.id
  )
  select codebase_id as "codebaseId", id, (select count(*)::int from due) as sessions
  from page order by codebase_id desc, page.id desc limit 1`)

/** Deletes sessions that were changed last before the given number of days, with their messages. @returns null when the walk is over. */
export async function deleteOldSessions(
  tx: SystemWriter,
  { tenantId, days, portion, really }: Walk,
  after: SessionPlace,
): Promise<{ sessions: number; last: SessionPlace } | null> {
  const values = [tenantId, after.codebaseId, after.id, days, portion, really]
  const [row] = await tx.query<SessionPlace & { sessions: number }>(remove, values)
  return row ? { sessions: row.sessions, last: { codebaseId: row.codebaseId, id: row.id } } : null
}
