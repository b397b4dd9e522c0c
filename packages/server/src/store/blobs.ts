import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** Bytes that live outside the rows that name them. */
export interface Blob {
  id: string
  content: Buffer
}

// Only with the rows that name them: a message that was sent before, or a write that the fence refused, stores no bytes.
const insert = statement(`
  insert into blobs (tenant_id, id, content, task_id)
  select $1, b.id, b.content, b.task_id from unnest($2::uuid[], $3::bytea[], $4::uuid[]) as b (id, content, task_id)
  where exists (
    select from tasks t where t.tenant_id = $1 and t.id = b.task_id and t.xmin = pg_current_xact_id()::xid)`)

/** Stores the bytes of tasks that this transaction has inserted or changed before this; of other tasks, none. */
export async function insertBlobs(
  tx: Writer,
  tenantId: string,
  blobs: readonly (Blob & { taskId: string })[],
): Promise<void> {
  if (blobs.length === 0) return
  await tx.query(insert, [tenantId, blobs.map(b => b.id), blobs.map(b => b.content), blobs.map(b => b.taskId)])
}

const find = statement('select id, content from blobs where tenant_id = $1 and id = any ($2::uuid[])')

export const findBlobs = (tx: Reader, tenantId: string, ids: readonly string[]): Promise<Blob[]> =>
  tx.query(find, [tenantId, ids])
