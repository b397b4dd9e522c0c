import type { Message } from '@codetether/protocol/message'
import { statement } from './statement.ts'
import type { Reader } from './store.ts'

const find = statement(`
  select message from task_messages
  where tenant_id = $1 and task_id = $2 and seq <= (
    select max(seq) from task_messages where tenant_id = $1 and task_id = $2 and message->>'role' = 'user')
  order by seq desc limit $3`)

/** What an attempt is given: at most `limit` messages, oldest first, the caller's newest one last. */
export async function findHistory(
  tx: Reader,
  { tenantId, taskId, limit }: { tenantId: string; taskId: string; limit: number },
): Promise<Message[]> {
  const rows = await tx.query<{ message: Message }>(find, [tenantId, taskId, limit])
  return rows.map(row => row.message).reverse()
}
