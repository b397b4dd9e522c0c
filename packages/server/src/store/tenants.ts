import { defaultTenantId } from '../tenants.ts'
import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

export interface Tenant {
  id: string
  name: string
}

const list = statement('select id, name from tenants order by name')

/** All tenants, by name. */
export const listTenants = (tx: SystemWriter): Promise<Tenant[]> => tx.query(list, [])

const remove = statement(`
  with removed as (delete from tenants where id = $1 and id <> $2 returning 1)
  select now() as at, exists (select from removed) as removed`)

/** Deletes the row of a tenant; the default one stays. @returns the database's time, and whether it is gone. */
export async function removeTenant(tx: SystemWriter, id: string): Promise<{ at: Date; removed: boolean }> {
  const [row] = await tx.query<{ at: Date; removed: boolean }>(remove, [id, defaultTenantId])
  if (!row) throw new Error('a select without a table has one row')
  return row
}
