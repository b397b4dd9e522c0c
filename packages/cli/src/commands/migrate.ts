import type { Config } from '@codetether/server/config/config'
import { loadConfig } from '@codetether/server/config/load-config'
import { withConnection } from '@codetether/server/db/connect'
import { type MigrateResult, type MigrationStatus, migrationStatus } from '@codetether/server/db/migrate'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { prepareDatabase } from '@codetether/server/db/prepare'
import { loadSecret } from '@codetether/server/db/secret'
import { isMissingDatabase } from '../database-failure.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io, OutputOptions } from '../io.ts'
import { type AdminAccess, openAdmin } from '../open-admin.ts'
import { createOutput, type Output } from '../output.ts'
import { explainStartError } from '../start-failure.ts'

export interface MigrateOptions extends OutputOptions {
  /** Only say what would be done. */
  status?: boolean
  /** An external database in place of DATABASE_URL. */
  url?: string
  dataDir?: string
}

const lines = (heading: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [heading, ...names.map(name => `  ${name}`)]

const showStatus = async ({ address, database }: AdminAccess, output: Output): Promise<void> => {
  const status: MigrationStatus = await withConnection({ ...address, database }, client =>
    migrationStatus(client, migrationsDirectory),
  )
  const text = [...lines('applied:', status.applied), ...lines('pending:', status.pending)]
  await output.result(status, () => text.join('\n'))
}

/** The database that every cluster has: where a privileged login stands while its own database is created. */
const maintenanceDatabase = 'postgres'

/** Makes roles and database and applies what is missing. */
export const applyMigrations = async (
  { address, database }: AdminAccess,
  { secretKey: configured, dataDir }: Config,
  log: (message: string) => void,
): Promise<MigrateResult> => {
  const secret = await loadSecret({ configured, dataDir, log })
  const options = { secret, directory: migrationsDirectory, log, database }
  try {
    return (await prepareDatabase(address, options)).migrations
  } catch (error) {
    if (!isMissingDatabase(error)) throw error
    return (await prepareDatabase({ ...address, database: maintenanceDatabase }, options)).migrations
  }
}

/** Brings the schema of the database up to date, or says what would be done. */
export const migrate = async (options: MigrateOptions, io: Io): Promise<number> => {
  const { config } = loadConfig(undefined, { databaseUrl: options.url, dataDir: options.dataDir }, { envFile: '.env' })
  try {
    return await migrateOrShow(config, options, io)
  } catch (error) {
    throw explainStartError(error, config)
  }
}

const migrateOrShow = async (config: Config, { status, ...options }: MigrateOptions, io: Io): Promise<number> => {
  const output = createOutput(io, options)
  await using admin = await openAdmin(config, output.note)
  if (status === true) {
    await showStatus(admin, output)
    return exitCodes.ok
  }
  const result = await applyMigrations(admin, config, output.note)
  const news = result.applied.length === 0 ? 'nothing to do' : `${result.applied.length} applied`
  await output.result(result, () => `${news}: the schema is at ${result.current}`)
  return exitCodes.ok
}
