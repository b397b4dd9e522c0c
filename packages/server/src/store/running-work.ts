import { type WorkRow, workColumns, workParts } from './read-work.ts'
import { plannedPerCall } from './statement.ts'
import type { Reader } from './store.ts'

// By the leases of workers, of which there are few: a backlog may be a million rows. In steps, so that it is so also where nothing
// is known of the tables yet: measured with 600 tasks that nobody had analyzed, 0.8 s for the join of all of them.
const find = plannedPerCall(`
  with leased as materialized (
    select t.tenant_id, t.id, t.principal, t.state, t.updated_at from tasks t
    where t.lease_owner = any (array(select key from workers where tenant_id = $1))
  ), silent as materialized (
    select tenant_id, id from leased
    where tenant_id = $1 and principal = $2 and state = 'working' and updated_at <= now() - make_interval(secs => $3)
    order by updated_at, id limit $4
  )
  select p.*, extract(epoch from now() - p."updatedAt")::float8 as "silentSeconds"
  from silent s cross join lateral (
    select ${workColumns} from ${workParts} where t.tenant_id = $1 and t.id = s.id limit 1) p
  order by p."updatedAt", p.id`)

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
