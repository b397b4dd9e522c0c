import { type WorkRow, workColumns, workParts } from './read-work.ts'
import { plannedPerCall } from './statement.ts'
import type { Reader } from './store.ts'

// By the leases of workers, of which there are few: a backlog may be a million rows.
const find = plannedPerCall(`
  select ${workColumns}, extract(epoch from now() - t.updated_at)::float8 as "silentSeconds"
  from workers w join (${workParts}) on t.lease_owner = w.key and t.tenant_id = w.tenant_id
  where w.tenant_id = $1 and t.principal = $2 and t.state = 'working'
    and t.updated_at <= now() - make_interval(secs => $3)
  order by t.updated_at, t.id limit $4`)

/** Running tasks of a principal of which nothing was heard for so many seconds, though their leases may hold; the longest first. */
export const findRunningWork = (
  tx: Reader,
  {
    tenantId,
    principal,
    silentSeconds,
    limit,
  }: {
    tenantId: string
    principal: string
    silentSeconds: number
    limit: number
  },
): Promise<(WorkRow & { silentSeconds: number })[]> => tx.query(find, [tenantId, principal, silentSeconds, limit])
