import { plannedPerCall, statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

/** A table with rows of tenants. */
export interface TenantTable {
  name: string
  /** The name and the columns of the primary key, quoted for SQL. */
  quoted: string
  key: string
}

// From the catalogue: no table that a migration adds can be forgotten. What stands on partitions stands on their table.
const tables = statement(`
  select c.relname as name, quote_ident(c.relname) as quoted,
    (select string_agg(quote_ident(a.attname), ', ' order by k.place)
     from pg_index i, unnest(i.indkey::int2[]) with ordinality as k (attnum, place), pg_attribute a
     where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = k.attnum) as key
  from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname <> 'tasks', c.relname`)

/** Every table that holds rows of tenants; tasks come first, so that nothing is written to what is being erased. */
export const findTenantTables = (tx: SystemWriter): Promise<TenantTable[]> => tx.query(tables, [])

const erase = ({ quoted, key }: TenantTable) =>
  plannedPerCall(`
    with erased as (
      delete from ${quoted} where tenant_id = $1 and (${key}) in (select ${key} from ${quoted} where tenant_id = $1 order by ${key} limit $2)
      returning 1
    )
    select count(*)::int as erased from erased`)

/** Deletes rows of a tenant from a table, at most `limit` of them. @returns how many. */
export async function eraseRows(
  tx: SystemWriter,
  table: TenantTable,
  { tenantId, limit }: { tenantId: string; limit: number },
): Promise<number> {
  const [row] = await tx.query<{ erased: number }>(erase(table), [tenantId, limit])
  return row?.erased ?? 0
}

const unfinished = statement(`
  select id from tasks where tenant_id = $1 and id > $2 and state not in ('completed', 'failed', 'canceled', 'rejected')
  order by id limit $3`)

/** Tasks of a tenant that have not ended, in the order of their ids. */
export async function findUnfinished(
  tx: SystemWriter,
  { tenantId, after, limit }: { tenantId: string; after: string; limit: number },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(unfinished, [tenantId, after, limit])
  return rows.map(row => row.id)
}
