import { PlatformError } from '@codetether/protocol/errors'
import type { ExternalConfig } from '../config/config.ts'
import type { DatabaseAddress, Log } from './address.ts'
import { withConnection } from './connect.ts'
import type { Database } from './database.ts'
import { assertBound, assertDurable, type DatabaseFacts, readFacts } from './database-facts.ts'
import { addressFromUrl, isPooler } from './database-url.ts'
import { announceIn } from './embedded/runtime-file.ts'
import { readMigrations } from './migration-files.ts'
import { migrationsDirectory } from './migrations-directory.ts'
import { applicationAddresses } from './prepare.ts'
import { assertWindow } from './schema-window.ts'
import { assertContextKey } from './tenant-context.ts'

export interface ExternalOptions {
  /** The master secret. */
  secret: string
  dataDir: string
  log: Log
  warn: Log
}

/** The logins that serve from the database of a URL. */
export function externalLogins(
  { url, directUrl }: ExternalConfig,
  secret: string,
): Pick<Database, 'app' | 'system' | 'direct' | 'isPooled'> {
  const loginsOf = (given: string) => {
    const address = addressFromUrl(given)
    return applicationAddresses(address, { secret, database: address.database })
  }
  const { app, system } = loginsOf(url)
  const isPooled = isPooler(url) === true
  const indirect = isPooled ? null : system
  return { app, system, isPooled, direct: directUrl === undefined ? indirect : loginsOf(directUrl).system }
}

/**
 * Opens an external database, which `codetether migrate` has prepared. The server logs in as the roles that serve, never
 * as the login of the URL. Throws CONFLICT with the way out if it must not serve from there.
 */
export async function openExternal(config: ExternalConfig, options: ExternalOptions): Promise<Database> {
  const { secret, dataDir, log, warn } = options
  const logins = externalLogins(config, secret)
  const { host, database } = logins.app
  const facts = await examineLogin(config, logins.app, { secret, withSchema: true })
  await examineLogin(config, logins.system)
  if (logins.direct !== null && logins.direct !== logins.system) await examineDirect(logins.direct)
  if (facts.unsafe.length > 0) warn(`the database may lose tasks that were acknowledged: ${facts.unsafe.join(', ')}`)
  if (!facts.isBounded)
    warn(`nothing ends the statements of ${facts.login} that hang: codetether migrate sets its timeouts`)
  log(`using the database ${database} on ${host}, PostgreSQL ${facts.version}`)
  return {
    ...logins,
    secret,
    isOwn: false,
    failed: new Promise(() => undefined),
    ...announceIn(dataDir),
  }
}

/**
 * Throws CONFLICT, with the way out, if the platform must not serve from the database with this login; with the secret,
 * also if that is not the one whose contexts the database verifies.
 */
export async function examineLogin(
  { url, acceptsUnsafe }: ExternalConfig,
  login: DatabaseAddress,
  { secret, withSchema = false }: { secret?: string; withSchema?: boolean } = {},
): Promise<DatabaseFacts> {
  const migrations = withSchema ? await readMigrations(migrationsDirectory) : []
  const examine = withConnection(login, async client => {
    const facts = await readFacts(client)
    if (facts.isPooled && isPooler(url) === undefined) throw undeclaredPooler(login)
    if (withSchema) await assertWindow(client, migrations.at(-1)?.id ?? 0)
    assertBound(facts)
    if (!acceptsUnsafe) assertDurable(facts)
    if (secret !== undefined) await assertContextKey(client, secret)
    return facts
  })
  return examine.catch((error: unknown) => {
    throw isRefusedLogin(error) ? notPrepared(login, error) : error
  })
}

/** Throws CONFLICT if DATABASE_DIRECT_URL leads to a pooler too: what it is for would fail later, and silently. */
async function examineDirect(login: DatabaseAddress): Promise<void> {
  const { isPooled } = await withConnection(login, readFacts)
  if (!isPooled) return
  throw new PlatformError(
    'CONFLICT',
    `DATABASE_DIRECT_URL leads to a connection pooler on ${login.host}: it is for the database itself`,
  )
}

/** invalid_password, invalid_authorization_specification, invalid_catalog_name; what PgBouncer says of all of them */
const refusals = ['28P01', '28000', '3D000', '08P01']

const isRefusedLogin = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && refusals.includes(String(error.code))

const notPrepared = ({ database, host, user }: DatabaseAddress, cause: unknown) => {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new PlatformError(
    'CONFLICT',
    `the database ${database} on ${host} does not let ${user} in with the password of this CODETETHER_SECRET_KEY (${said}): run codetether migrate, for a new database with --create; a pooler has to know ${user} too`,
    { cause },
  )
}

const undeclaredPooler = ({ host, database }: DatabaseAddress) =>
  new PlatformError(
    'CONFLICT',
    `a connection pooler stands before the database ${database} on ${host}: add ?pgbouncer=true to DATABASE_URL if it pools transactions, ?pgbouncer=false if it pools sessions`,
  )
