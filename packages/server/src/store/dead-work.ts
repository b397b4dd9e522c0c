import { pageOfWork, type WorkPage } from './read-work.ts'
import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

export interface DeadWorkFilter {
  tenantId: string
  principal: string
  /** The id of the task behind which the page begins. */
  before: string | null
  limit: number
}

// Tasks that have ended stay as they are: the place of one in this order never changes.
const list = pageOfWork({
  found: `tasks t
    where t.tenant_id = $1 and t.principal = $2 and t.dead_letter is not null and t.lane is not null
      and ($3::uuid is null or (t.status_at, t.id) < (
        select status_at, id from tasks where tenant_id = $1 and id = $3 and principal = $2))`,
  order: 't.status_at desc, t.id desc',
  limit: '$4',
})

/** Dead letters of a principal, the latest first. */
export const listDeadWork = (tx: Reader, { tenantId, principal, before, limit }: DeadWorkFilter): WorkPage =>
  list(tx, [tenantId, principal, before, limit])

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
