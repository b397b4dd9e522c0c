import type { Config } from '@codetether/server/config/config'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { installedTree } from '@codetether/server/db/embedded/native-tree'
import type { Runtime } from '@codetether/server/db/embedded/runtime-file'
import { addressFromUrl } from '@codetether/server/db/external'
import { readMigrations } from '@codetether/server/db/migration-files'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { applicationAddresses } from '@codetether/server/db/prepare'
import { assertWindow } from '@codetether/server/db/schema-window'
import { explainDatabaseError } from '../database-failure.ts'
import type { Finding } from './check.ts'

/** How the database can be reached now; null for an embedded one that does not run. */
const addressNow = ({ database, secretKey = '' }: Config, runtime: Runtime | null): DatabaseAddress | null => {
  if (database.kind === 'embedded') return runtime?.database ?? null
  const address = addressFromUrl(database.url)
  return applicationAddresses(address, { secret: secretKey, database: address.database }).app
}

const describeAddress = ({ database, host }: DatabaseAddress): string => `the database ${database} on ${host} answers`

/** The database that the settings name lets the server in, or is there to be started. */
export const checkDatabase = async (config: Config, runtime: Runtime | null): Promise<Finding> => {
  const address = addressNow(config, runtime)
  if (address === null) {
    const { version } = await installedTree()
    return { status: 'ok', detail: `PostgreSQL ${version} is installed and starts with the server` }
  }
  try {
    await withConnection(address, async () => undefined)
    return { status: 'ok', detail: describeAddress(address) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const hint =
      config.database.kind === 'external'
        ? 'look at DATABASE_URL and CODETETHER_SECRET_KEY; codetether migrate prepares a new database'
        : 'stop the server and start it again'
    return { status: 'fail', detail: `the database on ${address.host} does not let the server in: ${reason}`, hint }
  }
}

/** The schema fits this program. */
export const checkSchema = async (config: Config, runtime: Runtime | null): Promise<Finding> => {
  const migrations = await readMigrations(migrationsDirectory)
  const newest = migrations.at(-1)
  const address = addressNow(config, runtime)
  if (address === null)
    return { status: 'skipped', detail: 'the embedded database does not run; it is migrated when it starts' }
  await withConnection(address, client => assertWindow(client, newest?.id ?? 0)).catch((error: unknown) => {
    throw config.database.kind === 'external' ? explainDatabaseError(error) : error
  })
  return { status: 'ok', detail: `fits this program, whose newest migration is ${newest?.name ?? 'none'}` }
}
