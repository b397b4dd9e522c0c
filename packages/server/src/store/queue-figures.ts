import { statement } from './statement.ts'
import type { Reader } from './store.ts'
import { isOnline, isThereFor } from './workers.ts'

/** How much work of a principal waits and runs, and who there is to do it. */
export interface QueueFigures {
  queued: number
  running: number
  /** The task that has been ready for the longest time. */
  oldestReadyAt: Date | null
  workersOnline: number
}

// The counters, because a backlog may be a million rows; of the lanes only the heads.
const read = statement(`
  select
    (select coalesce(sum(n), 0)::int from task_counts
      where tenant_id = $1 and principal = $2 and agent = $3 and state = 'submitted') as queued,
    (select coalesce(sum(n), 0)::int from task_counts
      where tenant_id = $1 and principal = $2 and agent = $3 and state = 'working') as running,
    (select min(head.created_at) from lanes l cross join lateral (
        select t.created_at from tasks t
        where t.lane = l.id and t.state = 'submitted' and t.lease_until is null
        order by t.priority desc, t.id limit 1) head
      where l.tenant_id = $1 and l.principal = $2) as "oldestReadyAt",
    (select count(*)::int from workers w
      where w.tenant_id = $1 and ${isOnline} and ${isThereFor('$2')}) as "workersOnline"`)

export async function readQueue(
  tx: Reader,
  { tenantId, principal, agent }: { tenantId: string; principal: string; agent: string },
): Promise<QueueFigures> {
  const [row] = await tx.query<QueueFigures>(read, [tenantId, principal, agent])
  return row ?? { queued: 0, running: 0, oldestReadyAt: null, workersOnline: 0 }
}
