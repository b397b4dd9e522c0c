import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cleanEnvironment } from '../child/child.ts'

const MIGRATE_MS = 30_000
const SDK_COMMAND = '../../cli/a2a_db.js'

/**
 * Creates database, roles and production schema as `codetether migrate` does. `admin` is a superuser's address; the
 * modules are imported when needed, because the list of benchmarks must not load the server.
 */
export async function migrateOurs(admin: string, database: string, secret: string): Promise<void> {
  const [{ addressFromUrl }, { migrationsDirectory }, { prepareDatabase }] = await Promise.all([
    import('@codetether/server/db/database-url'),
    import('@codetether/server/db/migrations-directory'),
    import('@codetether/server/db/prepare'),
  ])
  await prepareDatabase(addressFromUrl(admin), { secret, database, directory: migrationsDirectory, log: () => {} })
}

/** Creates the SDK's tables with the command it ships for that. */
export async function migrateSdk(database: string, signal: AbortSignal): Promise<void> {
  const entry = fileURLToPath(import.meta.resolve('@a2a-js/sdk/server/database'))
  await promisify(execFile)(process.execPath, [join(dirname(entry), SDK_COMMAND), 'upgrade', '--store', 'tasks'], {
    env: { ...cleanEnvironment, DATABASE_URL: database },
    ...{ timeout: MIGRATE_MS, signal },
  })
}
