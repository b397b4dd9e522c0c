import { plannedPerCall, statement } from './statement.ts'
import type { Writer } from './store.ts'

const portion = plannedPerCall(`
  delete from session_messages where (tenant_id, codebase_id, session_id, id) in (
    select tenant_id, codebase_id, session_id, id from session_messages
    where tenant_id = $1 and codebase_id = $2 order by session_id, id limit $3)
  returning 1`)

/** Deletes messages of the sessions of a codebase. @returns how many, `limit` at most. */
export const deleteSessionMessages = async (
  tx: Writer,
  { tenantId, codebaseId, limit }: { tenantId: string; codebaseId: string; limit: number },
): Promise<number> => (await tx.query(portion, [tenantId, codebaseId, limit])).length

const rest = statement(`
  with messages as (delete from session_messages where tenant_id = $1 and codebase_id = $2)
  delete from sessions where tenant_id = $1 and codebase_id = $2`)

/** Deletes all sessions of a codebase with what messages they have. */
export const deleteSessions = async (tx: Writer, tenantId: string, codebaseId: string): Promise<unknown> =>
  await tx.query(rest, [tenantId, codebaseId])
