import { limits } from '@codetether/protocol/limits'
import { type WorkRow, workBytes, workColumns, workParts } from './read-work.ts'
import { plannedPerCall, statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

export interface DeadWorkFilter {
  tenantId: string
  principal: string
  /** The id of the task behind which the page begins. */
  before: string | null
  limit: number
}

// Tasks that have ended stay as they are: the place of one in this order never changes.
const list = plannedPerCall(`
  with page as materialized (
    select t.id as "pageId", count(*) over () as found, row_number() over latest as place,
      sum(${workBytes}) over (latest rows between unbounded preceding and 1 preceding) as before
    from (
      select * from tasks t
      where t.tenant_id = $1 and t.principal = $2 and t.dead_letter is not null and t.lane is not null
        and ($3::uuid is null or (t.status_at, t.id) < (
          select status_at, id from tasks where tenant_id = $1 and id = $3 and principal = $2))
      order by t.status_at desc, t.id desc limit $4 + 1) t
      join task_work d on d.tenant_id = t.tenant_id and d.task_id = t.id
      join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq = 1
    window latest as (order by t.status_at desc, t.id desc)
  )
  select ${workColumns}, p.found > p.place as "hasNext"
  from page p join (${workParts}) on t.tenant_id = $1 and t.id = p."pageId"
  where p.place <= $4 and coalesce(p.before, 0) < ${limits.pageBytes}
  order by p.place`)

/** Dead letters of a principal, the latest first; a page of large ones ends early. */
export async function listDeadWork(tx: Reader, filter: DeadWorkFilter): Promise<{ page: WorkRow[]; more: boolean }> {
  const { tenantId, principal, before, limit } = filter
  const page = await tx.query<WorkRow & { hasNext: boolean }>(list, [tenantId, principal, before, limit])
  return { page, more: page.at(-1)?.hasNext === true }
}

const mark = statement(`
  update task_work set redriven_as = coalesce(redriven_as, $3) where tenant_id = $1 and task_id = $2
  returning redriven_as as id`)

/** Says which task does a dead letter over. @returns the id that was said first. */
export async function markRedriven(
  tx: Writer,
  { tenantId, taskId, as }: { tenantId: string; taskId: string; as: string },
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(mark, [tenantId, taskId, as])
  return row?.id ?? as
}
