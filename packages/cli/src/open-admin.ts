import { PlatformError } from '@codetether/protocol/errors'
import type { Config, ExternalConfig } from '@codetether/server/config/config'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { addressFromUrl, isPooler } from '@codetether/server/db/database-url'
import { hasCluster } from '@codetether/server/db/embedded/place'
import { readRuntime } from '@codetether/server/db/embedded/runtime-file'
import { startEmbedded } from '@codetether/server/db/embedded/start-embedded'
import { isForbidden, isMissingDatabase } from './database-failure.ts'
import { HintedError, UsageError } from './failure.ts'
import { isRunning } from './find-local-server.ts'

/** A login that may change the schema. Disposing stops a database that was started for it. */
export interface AdminAccess extends AsyncDisposable {
  /** In the platform's database, or in another one while that is missing. */
  address: DatabaseAddress
  /** The platform's database there. */
  database: string
}

/** The database that every cluster has: where a privileged login stands while its own database is created. */
const maintenanceDatabase = 'postgres'
const platformDatabase = 'codetether'
const nothing = async (): Promise<void> => undefined

/** An embedded database is on this machine: a file that came with somebody else's directory must not name another. */
const isHere = ({ host }: DatabaseAddress): boolean => host.startsWith('/') || host === '127.0.0.1'

/** The privileged login of the embedded database that a server runs on this data directory, if one does. */
export const findRunningDatabase = async (dataDir: string): Promise<DatabaseAddress | undefined> => {
  const runtime = await readRuntime(dataDir)
  const database = runtime?.database
  return database && isRunning(runtime.pid) && isHere(database) ? database : undefined
}

/** Throws NOT_FOUND for a data directory without a database: what only looks or deletes makes none. */
export const requireCluster = async ({ database, dataDir }: Config): Promise<void> => {
  if (database.kind === 'external' || (await hasCluster(dataDir))) return
  throw new HintedError(
    new PlatformError('NOT_FOUND', `there is no database in ${dataDir}`),
    'is that the data directory (--data-dir, CODETETHER_DATA_DIR)? codetether serve makes a new database',
  )
}

/**
 * Finds the privileged login of the database that the settings name; starts an embedded one that does not run, unless
 * it is only to be looked at.
 */
export const openAdmin = async (
  { database, dataDir }: Config,
  log: (message: string) => void,
  { onlyLook = false }: { onlyLook?: boolean } = {},
): Promise<AdminAccess> => {
  if (database.kind === 'external') return await openExternalAdmin(database)
  const running = await findRunningDatabase(dataDir)
  if (running !== undefined) return { address: running, database: running.database, [Symbol.asyncDispose]: nothing }
  if (onlyLook)
    throw new UsageError(
      'the embedded database does not run, and starting it would change it',
      'codetether serve starts it and applies what is missing',
    )
  const embedded = await startEmbedded({ dataDir, log })
  if (embedded.notice !== undefined) log(embedded.notice)
  return {
    address: embedded.admin,
    database: platformDatabase,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  }
}

/** Migrations hold locks of a session and change it: a pooler of transactions is no way for them. */
const openExternalAdmin = async ({ url, adminUrl, directUrl }: ExternalConfig): Promise<AdminAccess> => {
  const chosen = adminUrl ?? directUrl ?? url
  if (isPooler(chosen) === true)
    throw new UsageError(
      'migrations need a session of the database, and that URL leads to a pooler of transactions',
      'set DATABASE_DIRECT_URL, or DATABASE_ADMIN_URL, to the database itself',
    )
  const { database } = addressFromUrl(directUrl ?? url)
  const address = addressFromUrl(chosen)
  // One that is missing, or closed to this login, is looked at from outside.
  const there = await withConnection(address, async () => address).catch((error: unknown) => {
    if (!isMissingDatabase(error) && !isForbidden(error)) throw error
    return { ...address, database: maintenanceDatabase }
  })
  return { address: there, database, [Symbol.asyncDispose]: nothing }
}
