import { statement } from './statement.ts'
import type { Reader, Writer } from './store.ts'

/** Whose memory, and of which agent. */
export interface MemoryOwner {
  tenantId: string
  principal: string
  agent: string
}

const of = ({ tenantId, principal, agent }: MemoryOwner) => [tenantId, principal, agent]

const upsert = statement(`
  insert into memories (tenant_id, principal, agent, key, value)
  select $1, $2, $3, $4, $5
  where $6 > (select count(*) from memories where tenant_id = $1 and principal = $2 and agent = $3 and key <> $4)
  on conflict (tenant_id, principal, agent, key) do update set value = excluded.value, updated_at = now()
  returning key`)

/** Stores a value. @returns false if the owner has `most` other keys already. */
export async function setMemory(
  tx: Writer,
  owner: MemoryOwner,
  entry: { key: string; value: string; most: number },
): Promise<boolean> {
  const rows = await tx.query(upsert, [...of(owner), entry.key, entry.value, entry.most])
  return rows.length > 0
}

const find = statement('select value from memories where tenant_id = $1 and principal = $2 and agent = $3 and key = $4')

export async function findMemory(tx: Reader, owner: MemoryOwner, key: string): Promise<string | null> {
  const [row] = await tx.query<{ value: string }>(find, [...of(owner), key])
  return row?.value ?? null
}

const keys = statement(`
  select key from memories where tenant_id = $1 and principal = $2 and agent = $3 order by created_at, key`)

export async function listMemoryKeys(tx: Reader, owner: MemoryOwner): Promise<string[]> {
  const rows = await tx.query<{ key: string }>(keys, of(owner))
  return rows.map(row => row.key)
}

const remove = statement(`
  delete from memories where tenant_id = $1 and principal = $2 and agent = $3 and key = $4 returning key`)

export async function deleteMemory(tx: Writer, owner: MemoryOwner, key: string): Promise<boolean> {
  const rows = await tx.query(remove, [...of(owner), key])
  return rows.length > 0
}
