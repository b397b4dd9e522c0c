import type { Message } from '@codetether/protocol/message'
import type { Fence } from './lease.ts'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

// Of the caller's messages only those up to this turn's, which stands last: later ones have turns of their own.
const find = statement(`
  select t.id as "taskId", m.message
  from unnest($2::uuid[]) as wanted (id) join tasks t on t.tenant_id = $1 and t.id = wanted.id
    cross join lateral (
      select m.seq, m.message from task_messages m
      where m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq <= t.turn_began
        and (m.seq <= t.turn_seq or m.message->>'role' <> 'user')
      order by m.seq = t.turn_seq desc, m.seq desc limit $3) m
  order by t.id, m.seq <> t.turn_seq desc, m.seq`)

/** What the attempts of the current turn of each task are given: at most `limit` messages, oldest first, the turn's own last. */
export const findHistories = (
  tx: Reader,
  { tenantId, taskIds, limit }: { tenantId: string; taskIds: readonly string[]; limit: number },
): Promise<{ taskId: string; message: Message }[]> => tx.query(find, [tenantId, taskIds, limit])

const next = statement(`
  select min(m.seq)::float8 as seq from tasks t
    join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq > t.turn_seq
  where t.tenant_id = $1 and t.id = $2 and t.attempt = $3::bigint and t.lease_token = $4 and m.message->>'role' = 'user'`)

/** The seq of the next message that has had no turn, if this attempt still holds the task. */
export async function findUnread(
  tx: Reader,
  { tenantId, taskId, fence }: { tenantId: string; taskId: string; fence: Fence },
): Promise<number | null> {
  const [row] = await tx.query<{ seq: number | null }>(next, [tenantId, taskId, fence.attempt, fence.token])
  return row?.seq ?? null
}
