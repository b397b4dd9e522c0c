import type { Message } from '@codetether/protocol/message'
import type { Fence } from './lease.ts'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

// Of the caller's messages only those up to this turn's, which stands last: later ones have turns of their own.
const find = statement(`
  select m.message from tasks t join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id
  where t.tenant_id = $1 and t.id = $2 and m.seq <= t.turn_began
    and (m.seq <= t.turn_seq or m.message->>'role' <> 'user')
  order by m.seq = t.turn_seq desc, m.seq desc limit $3`)

/** What the attempts of the current turn are given: at most `limit` messages, oldest first, the turn's own last. */
export async function findHistory(
  tx: Reader,
  { tenantId, taskId, limit }: { tenantId: string; taskId: string; limit: number },
): Promise<Message[]> {
  const rows = await tx.query<{ message: Message }>(find, [tenantId, taskId, limit])
  return rows.map(row => row.message).reverse()
}

const next = statement(`
  select min(m.seq)::float8 as seq from tasks t
    join task_messages m on m.tenant_id = t.tenant_id and m.task_id = t.id and m.seq > t.turn_seq
  where t.tenant_id = $1 and t.id = $2 and t.attempt = $3 and t.lease_token = $4 and m.message->>'role' = 'user'`)

/** The seq of the next message that has had no turn, if this attempt still holds the task. */
export async function findUnread(
  tx: Reader,
  { tenantId, taskId, fence }: { tenantId: string; taskId: string; fence: Fence },
): Promise<number | null> {
  const [row] = await tx.query<{ seq: number | null }>(next, [tenantId, taskId, fence.attempt, fence.token])
  return row?.seq ?? null
}
