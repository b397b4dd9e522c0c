import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '@codetether/server/config/config'
import { withConnection } from '@codetether/server/db/connect'
import { readFacts } from '@codetether/server/db/database-facts'
import { isPooler } from '@codetether/server/db/database-url'
import type { MigrateResult } from '@codetether/server/db/migrate'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { type Preparation, planPreparation, prepareDatabase } from '@codetether/server/db/prepare'
import { loadSecret } from '@codetether/server/db/secret'
import { isForbidden } from './database-failure.ts'
import { HintedError, UsageError } from './failure.ts'
import type { AdminAccess } from './open-admin.ts'

export interface ApplyOptions {
  /** A database that is missing is made. */
  create: boolean
  log: (message: string) => void
}

/** What `migrate` has done, or the steps that only somebody with more rights can run. */
export type Applied = { result: MigrateResult } | { missing: Preparation }

/** Makes roles, and with `create` the database, and applies the migrations that are missing. */
export const applyMigrations = async (admin: AdminAccess, config: Config, options: ApplyOptions): Promise<Applied> => {
  const common = await preparationOf(admin, config, options)
  try {
    const { migrations } = await prepareDatabase(admin.address, { ...common, logSteps: options.log })
    return { result: migrations }
  } catch (error) {
    if (!isForbidden(error)) throw hintAtCreation(error)
    const missing = await planPreparation(admin.address, { ...common, bySuperuser: true })
    if (missing.server.length + missing.database.length === 0) throw error
    return { missing }
  }
}

/** What `applyMigrations` would do. Changes nothing. */
export const planMigrations = async (
  admin: AdminAccess,
  config: Config,
  options: ApplyOptions,
): Promise<Preparation> => {
  try {
    return await planPreparation(admin.address, await preparationOf(admin, config, options))
  } catch (error) {
    throw hintAtCreation(error)
  }
}

const preparationOf = async (
  { database }: AdminAccess,
  { secretKey: configured, dataDir, database: { kind } }: Config,
  { create, log }: ApplyOptions,
) => {
  const secret = await loadSecret({ configured, dataDir, log })
  return { secret, directory: migrationsDirectory, log, database, create: create || kind === 'embedded' }
}

const hintAtCreation = (error: unknown): unknown =>
  error instanceof PlatformError && error.code === 'NOT_FOUND'
    ? new HintedError(error, 'look at the name in DATABASE_URL; codetether migrate --create makes a database')
    : error

/**
 * Looks at an external database before anything is changed. What the server would refuse to serve from is refused if
 * `strict`, and told if not: the login of DATABASE_URL may be anything where DATABASE_ADMIN_URL is another.
 */
export const checkServer = async (
  { address }: AdminAccess,
  { database }: Config,
  { strict, note }: { strict: boolean; note: (text: string) => void },
): Promise<void> => {
  if (database.kind === 'embedded') return
  const { unsafe, unbound, login, isPooled } = await withConnection(address, readFacts)
  if (isPooled && isPooler(database.adminUrl ?? database.directUrl ?? database.url) === undefined)
    throw new UsageError(
      'a connection pooler stands before the database, and migrations need a session of it',
      'set DATABASE_DIRECT_URL, or DATABASE_ADMIN_URL, to the database itself',
    )
  const complain = (problem: string, hint: string) => {
    if (strict) throw new HintedError(new PlatformError('CONFLICT', problem), hint)
    note(`${problem}; ${hint}`)
  }
  if (unsafe.length > 0)
    complain(
      `a crash of the database may lose tasks that were acknowledged (${unsafe.join(', ')})`,
      'the server refuses to start on it unless CODETETHER_UNSAFE_DATABASE=true',
    )
  if (database.adminUrl === undefined && unbound.includes(login))
    complain(
      `the login ${login} of DATABASE_URL is a superuser or bypasses row-level security`,
      'name it in DATABASE_ADMIN_URL for migrations only, and in DATABASE_URL none or another',
    )
}
