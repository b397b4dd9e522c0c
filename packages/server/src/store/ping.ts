import { statement } from './statement.ts'
import type { Reader } from './store.ts'

const ping = statement(`select current_setting('server_version') as version`)

/** @returns the version of the database. */
export async function pingDatabase(tx: Reader): Promise<string> {
  const [row] = await tx.query<{ version: string }>(ping, [])
  return row?.version ?? ''
}
