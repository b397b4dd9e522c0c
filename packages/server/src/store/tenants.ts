import { statement } from './statement.ts'
import type { SystemWriter } from './store.ts'

export interface Tenant {
  id: string
  name: string
}

const list = statement('select id, name from tenants order by name')

/** All tenants, by name. */
export const listTenants = (tx: SystemWriter): Promise<Tenant[]> => tx.query(list, [])
