import { limits } from '@codetether/protocol/limits'
import { plannedPerCall, statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

const partitions = statement('select ensure_task_event_partitions($1) as name')

/** Makes the partitions of the event log for the months ahead. @returns the names of the new ones. */
export async function ensurePartitions(tx: SystemWriter, monthsAhead: number): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(partitions, [monthsAhead])
  return rows.map(row => row.name)
}

// The condition stands there twice: a row that is renewed in between is not deleted.
const forget = statement(`
  with forgotten as (
    delete from task_requests
    where created_at < now() - make_interval(secs => $1) and ctid = any (array(
      select ctid from task_requests where created_at < now() - make_interval(secs => $1) limit $2))
    returning 1
  )
  select count(*)::int as forgotten from forgotten`)

/** Forgets message ids that are past their time, at most `limit` of them. @returns how many. */
export async function forgetRequests(tx: SystemWriter, limit: number): Promise<number> {
  const [row] = await tx.query<{ forgotten: number }>(forget, [limits.idempotencyKeyMs / 1000, limit])
  return row?.forgotten ?? 0
}

// One statement: whoever adds up sees the rows before or the row after, never both. Two that fold at once share the rows.
// Planned for each call: a plan from when there were few rows took four seconds for some thousands.
const fold = plannedPerCall(`
  with folded as (
    delete from task_counts where ctid = any (array(
      select ctid from task_counts
      where (tenant_id, principal, agent, state) in (
        select tenant_id, principal, agent, state from task_counts group by 1, 2, 3, 4 having count(*) > 1 limit $1)
      for update skip locked))
    returning *
  ), sums as (
    insert into task_counts (tenant_id, principal, agent, state, n)
    select tenant_id, principal, agent, state, sum(n) from folded group by 1, 2, 3, 4 having sum(n) <> 0
  )
  select count(*)::int as rows from folded`)

/** Adds up counters of which there is more than one row, at most `limit` of them. @returns how many rows there were. */
export async function foldTaskCounts(tx: SystemWriter, limit: number): Promise<number> {
  const [row] = await tx.query<{ rows: number }>(fold, [limit])
  return row?.rows ?? 0
}
