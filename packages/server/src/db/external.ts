import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '../config/config.ts'
import type { DatabaseAddress, Log } from './address.ts'
import { withConnection } from './connect.ts'
import type { Database } from './database.ts'
import { readMigrations } from './migration-files.ts'
import { migrationsDirectory } from './migrations-directory.ts'
import { applicationAddresses } from './prepare.ts'
import { assertWindow } from './schema-window.ts'

type External = Extract<Config['database'], { kind: 'external' }>

/** Reads `postgresql://user:password@host:port/database`; `?host=/directory` names a unix socket. */
export function addressFromUrl(url: string): DatabaseAddress {
  const { hostname, port, pathname, username, password, searchParams } = new URL(url)
  return {
    host: searchParams.get('host') ?? decodeURIComponent(hostname).replace(/^\[|\]$/g, ''),
    port: port === '' ? Number(searchParams.get('port') ?? 5432) : Number(port),
    database: decodeURIComponent(pathname.slice(1)) || 'codetether',
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  }
}

/**
 * Opens an external database, which `codetether migrate` has prepared. The server logs in as the roles that serve, never
 * as the login of the URL. Throws CONFLICT with the way out if the schema does not fit or the roles are not there.
 */
export async function openExternal(
  { url }: External,
  { secret, log }: { secret: string; log: Log },
): Promise<Database> {
  const address = addressFromUrl(url)
  const { app, system } = applicationAddresses(address, { secret, database: address.database })
  const migrations = await readMigrations(migrationsDirectory)
  await withConnection(app, client => assertWindow(client, migrations.at(-1)?.id ?? 0)).catch((error: unknown) => {
    throw isRefusedLogin(error) ? notPrepared(address, error) : error
  })
  log(`using the database ${address.database} on ${address.host}`)
  return {
    app,
    system,
    secret,
    isOwn: false,
    failed: new Promise(() => undefined),
    announce: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** invalid_password, invalid_authorization_specification, invalid_catalog_name */
const isRefusedLogin = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['28P01', '28000', '3D000'].includes(String(error.code))

const notPrepared = ({ database, host }: DatabaseAddress, cause: unknown) =>
  new PlatformError(
    'CONFLICT',
    `the database ${database} on ${host} is not prepared for this server and its CODETETHER_SECRET_KEY: run codetether migrate`,
    { cause },
  )
