import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** Bytes that live outside the rows that name them. */
export interface Blob {
  id: string
  content: Buffer
}

const insert = statement(`
  insert into blobs (tenant_id, id, content)
  select $1, id, content from unnest($2::uuid[], $3::bytea[]) as b (id, content)`)

export async function insertBlobs(tx: Writer, tenantId: string, blobs: readonly Blob[]): Promise<void> {
  await tx.query(insert, [tenantId, blobs.map(b => b.id), blobs.map(b => b.content)])
}

const find = statement('select id, content from blobs where tenant_id = $1 and id = any ($2::uuid[])')

export const findBlobs = (tx: Reader, tenantId: string, ids: readonly string[]): Promise<Blob[]> =>
  tx.query(find, [tenantId, ids])
