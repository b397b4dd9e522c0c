import { statement } from './statement.ts'
import type { Reader } from './store.ts'

const find = statement(`
  select task_id as "taskId", encode(request_hash, 'hex') as hash from task_requests
  where tenant_id = $1 and principal = $2 and agent = $3 and message_id = $4`)

/** The task that a message id was accepted for, and the hash of that request. */
export async function findRequest(
  tx: Reader,
  key: { tenantId: string; principal: string; agent: string; messageId: string },
): Promise<{ taskId: string; hash: string } | null> {
  const [row] = await tx.query<{ taskId: string; hash: string }>(find, [
    key.tenantId,
    key.principal,
    key.agent,
    key.messageId,
  ])
  return row ?? null
}
