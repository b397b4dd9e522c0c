import { PlatformError } from '@codetether/protocol/errors'
import type { Config, ExternalConfig } from '@codetether/server/config/config'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { readFacts } from '@codetether/server/db/database-facts'
import { installedTree } from '@codetether/server/db/embedded/native-tree'
import type { Runtime } from '@codetether/server/db/embedded/runtime-file'
import { examineLogin, externalLogins } from '@codetether/server/db/external'
import { readMigrations } from '@codetether/server/db/migration-files'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { assertWindow } from '@codetether/server/db/schema-window'
import { explainDatabaseError } from '../database-failure.ts'
import type { Finding } from './check.ts'

/** The database that the settings name lets the server in, and is fit to serve from; or is there to be started. */
export const checkDatabase = async ({ database, secretKey = '' }: Config, runtime: Runtime | null): Promise<Finding> =>
  database.kind === 'external'
    ? await checkExternal(database, secretKey)
    : await checkEmbedded(runtime?.database ?? null)

const checkEmbedded = async (address: DatabaseAddress | null): Promise<Finding> => {
  if (address === null) {
    const { version } = await installedTree()
    return { status: 'ok', detail: `PostgreSQL ${version} is installed and starts with the server` }
  }
  try {
    const { version } = await withConnection(address, readFacts)
    return { status: 'ok', detail: answers(address, version) }
  } catch (error) {
    return { status: 'fail', detail: refusal(address, error), hint: 'stop the server and start it again' }
  }
}

/** The same questions, in the same order, as at the start of the server. */
const checkExternal = async (config: ExternalConfig, secret: string): Promise<Finding> => {
  const { app, system, isPooled, direct } = externalLogins(config, secret)
  try {
    const facts = await examineLogin(config, app, { secret })
    await examineLogin(config, system)
    const detail = answers(app, facts.version)
    if (facts.unsafe.length > 0)
      return {
        status: 'warn',
        detail: `${detail}, and a crash may lose tasks that were acknowledged: ${facts.unsafe.join(', ')}`,
        hint: 'for development only (CODETETHER_UNSAFE_DATABASE)',
      }
    if (!facts.isBounded)
      return {
        status: 'warn',
        detail: `${detail}, and nothing ends the statements of ${facts.login} that hang`,
        hint: 'codetether migrate sets the timeouts of the roles',
      }
    const way = isPooled ? ` through a pooler${direct === null ? '; nothing reaches it directly' : ''}` : ''
    return { status: 'ok', detail: `${detail}${way}` }
  } catch (error) {
    const hint = 'look at DATABASE_URL and CODETETHER_SECRET_KEY; codetether migrate prepares a new database'
    return { status: 'fail', detail: refusal(app, error), hint }
  }
}

const answers = ({ database, host }: DatabaseAddress, version: string): string =>
  `the database ${database} on ${host} answers (PostgreSQL ${version})`

const refusal = ({ host }: DatabaseAddress, error: unknown): string =>
  `the server cannot use the database on ${host}: ${error instanceof Error ? error.message : String(error)}`

/** The schema fits this program. */
export const checkSchema = async ({ database, secretKey = '' }: Config, runtime: Runtime | null): Promise<Finding> => {
  const migrations = await readMigrations(migrationsDirectory)
  const newest = migrations.at(-1)
  const isExternal = database.kind === 'external'
  const address = isExternal ? externalLogins(database, secretKey).app : runtime?.database
  if (address === undefined)
    return { status: 'skipped', detail: 'the embedded database does not run; it is migrated when it starts' }
  await withConnection(address, client => assertWindow(client, newest?.id ?? 0)).catch((error: unknown) => {
    const explained = isExternal ? explainDatabaseError(error) : error
    throw explained === error && isExternal ? new PlatformError('UNAVAILABLE', refusal(address, error)) : explained
  })
  return { status: 'ok', detail: `fits this program, whose newest migration is ${newest?.name ?? 'none'}` }
}
