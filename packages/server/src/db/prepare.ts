import { PlatformError } from '@codetether/protocol/errors'
import type { DatabaseAddress, Log } from './address.ts'
import { withConnection } from './connect.ts'
import { databaseExists, ensureDatabase, planDatabase, planSchema } from './ensure-database.ts'
import { type MigrateResult, migrate, pendingMigrations } from './migrate.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { appRole, ensureRoles, planRoles, systemRole } from './roles.ts'
import { derivePassword } from './secret.ts'
import { runSteps, type Step } from './step.ts'
import { installContextKey } from './tenant-context.ts'

export interface PrepareOptions {
  /** The master secret. */
  secret: string
  /** Where the migrations are. */
  directory: string
  log: Log
  /** The platform's database on the server of `admin`. */
  database?: string
  /** False: a database that is missing is NOT_FOUND, and nothing is changed. */
  create?: boolean
  /** Told of each change of roles and privileges. */
  logSteps?: Log
}

/** The logins of the application on a database that is ready for it. */
export interface PreparedDatabase {
  readonly app: DatabaseAddress
  readonly system: DatabaseAddress
  readonly migrations: MigrateResult
}

/** Where the application logs in on the server of `admin`, with passwords that come from the secret. */
export function applicationAddresses(
  admin: DatabaseAddress,
  { secret, database }: { secret: string; database: string },
): { app: DatabaseAddress; system: DatabaseAddress } {
  const as = (user: string) => ({ ...admin, database, user, password: derivePassword(secret, user) })
  return { app: as(appRole), system: as(systemRole) }
}

/**
 * Roles, database and schema, made or brought up to date by a privileged login, which the application never uses. Safe
 * to call at every start and by several programs at once. Where nothing is missing of roles and privileges, a login is
 * enough that may `set role ct_owner`.
 */
export async function prepareDatabase(admin: DatabaseAddress, options: PrepareOptions): Promise<PreparedDatabase> {
  const { secret, directory, log, database = 'codetether', create = true, logSteps = () => {} } = options
  await withConnection(admin, async client => {
    if (!create && !(await databaseExists(client, database))) throw missing(admin, database)
    await ensureRoles(client, secret, logSteps)
    await ensureDatabase(client, database, logSteps)
  })
  const migrations = await withConnection({ ...admin, database }, async client => {
    await runSteps(client, await planSchema(client), logSteps)
    return migrate(client, { directory, log, afterwards: () => installContextKey(client, secret) })
  })
  return { ...applicationAddresses(admin, { secret, database }), migrations }
}

/** What `prepareDatabase` would do. */
export interface Preparation {
  /** In any database of the server. */
  readonly server: readonly Step[]
  /** In the platform's database. */
  readonly database: readonly Step[]
  readonly pending: readonly Migration[]
}

/**
 * Changes nothing. With `bySuperuser` the steps are those that a superuser has to run so that the login of `admin` can
 * migrate, and no migration is among them: what is applied may be out of that login's sight. Throws NOT_FOUND as `prepareDatabase` does.
 */
export async function planPreparation(
  admin: DatabaseAddress,
  options: Omit<PrepareOptions, 'log'> & { bySuperuser?: boolean },
): Promise<Preparation> {
  const { secret, directory, database = 'codetether', create = true, bySuperuser = false } = options
  const [exists, server] = await withConnection(admin, async client => {
    const found = await databaseExists(client, database)
    if (!create && !found) throw missing(admin, database)
    const roles = await planRoles(client, { secret, bySuperuser })
    return [found, [...roles, ...(await planDatabase(client, database))]] as const
  })
  if (!exists) return { server, database: [], pending: bySuperuser ? [] : await readMigrations(directory) }
  return withConnection({ ...admin, database }, async client => ({
    server,
    database: await planSchema(client),
    pending: bySuperuser ? [] : await pendingMigrations(client, directory),
  }))
}

const missing = ({ host }: DatabaseAddress, database: string) =>
  new PlatformError('NOT_FOUND', `there is no database ${database} on ${host}`)
