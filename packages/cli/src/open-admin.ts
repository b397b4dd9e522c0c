import type { Config } from '@codetether/server/config/config'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { readRuntime } from '@codetether/server/db/embedded/runtime-file'
import { startEmbedded } from '@codetether/server/db/embedded/start-embedded'
import { addressFromUrl } from '@codetether/server/db/external'
import { isRunning } from './find-local-server.ts'

/** A login that may change the schema. Disposing stops a database that was started for it. */
export interface AdminAccess extends AsyncDisposable {
  address: DatabaseAddress
  /** The platform's database there. */
  database: string
}

const platformDatabase = 'codetether'
const nothing = async (): Promise<void> => undefined

/** An embedded database is on this machine: a file that came with somebody else's directory must not name another. */
const isHere = ({ host }: DatabaseAddress): boolean => host.startsWith('/') || host === '127.0.0.1'

/** Finds the privileged login of the database that the settings name; starts an embedded one that does not run. */
export const openAdmin = async (
  { database, dataDir }: Config,
  log: (message: string) => void,
): Promise<AdminAccess> => {
  if (database.kind === 'external') {
    const address = addressFromUrl(database.adminUrl ?? database.url)
    return { address, database: addressFromUrl(database.url).database, [Symbol.asyncDispose]: nothing }
  }
  const runtime = await readRuntime(dataDir)
  if (runtime !== null && isRunning(runtime.pid) && isHere(runtime.database)) {
    return { address: runtime.database, database: runtime.database.database, [Symbol.asyncDispose]: nothing }
  }
  const embedded = await startEmbedded({ dataDir, log })
  if (embedded.notice !== undefined) log(embedded.notice)
  return {
    address: embedded.admin,
    database: platformDatabase,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  }
}
