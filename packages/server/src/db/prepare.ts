import type { DatabaseAddress, Log } from './address.ts'
import { withConnection } from './connect.ts'
import { ensureDatabase, restrictSchema } from './ensure-database.ts'
import { type MigrateResult, migrate } from './migrate.ts'
import { appRole, ensureRoles, systemRole } from './roles.ts'
import { derivePassword } from './secret.ts'
import { installContextKey } from './tenant-context.ts'

export interface PrepareOptions {
  /** The master secret. */
  secret: string
  /** Where the migrations are. */
  directory: string
  log: Log
  /** The platform's database on the server of `admin`. */
  database?: string
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
 * to call at every start and by several programs at once.
 */
export async function prepareDatabase(admin: DatabaseAddress, options: PrepareOptions): Promise<PreparedDatabase> {
  const { secret, directory, log, database = 'codetether' } = options
  await withConnection(admin, async client => {
    await ensureRoles(client, secret)
    await ensureDatabase(client, database)
  })
  const migrations = await withConnection({ ...admin, database }, async client => {
    await restrictSchema(client)
    return migrate(client, { directory, log, afterwards: () => installContextKey(client, secret) })
  })
  return { ...applicationAddresses(admin, { secret, database }), migrations }
}
