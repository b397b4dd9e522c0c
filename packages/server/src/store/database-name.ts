import { statement } from './statement.ts'
import type { Reader } from './store.ts'

const name = statement('select current_database() as name')

/** @returns the name that the database has itself, whatever a pooler calls it. */
export async function readDatabaseName(tx: Reader): Promise<string> {
  const [row] = await tx.query<{ name: string }>(name, [])
  return row?.name ?? ''
}
