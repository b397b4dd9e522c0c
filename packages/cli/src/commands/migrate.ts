import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '@codetether/server/config/config'
import { loadConfig } from '@codetether/server/config/load-config'
import { withConnection } from '@codetether/server/db/connect'
import { type MigrationStatus, migrationStatus } from '@codetether/server/db/migrate'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import type { Preparation } from '@codetether/server/db/prepare'
import { applyMigrations, checkServer, planMigrations } from '../apply-migrations.ts'
import { exitCodes } from '../exit-codes.ts'
import { HintedError, UsageError } from '../failure.ts'
import type { DataOptions, Io } from '../io.ts'
import { planScript, stepsScript } from '../migration-script.ts'
import { type AdminAccess, openAdmin, requireCluster } from '../open-admin.ts'
import { createOutput, type Output } from '../output.ts'
import { explainStartError } from '../start-failure.ts'

export interface MigrateOptions extends DataOptions {
  /** Only say which migrations are there and which are not. */
  status?: boolean
  /** Only print what would be done. */
  dryRun?: boolean
  /** Make the database if it is missing. */
  create?: boolean
  /** Refuse what is not for production. */
  prod?: boolean
  /** Accept it with a warning, which is what happens without either. */
  dev?: boolean
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

const showPlan = async (plan: Preparation, database: string, output: Output): Promise<void> => {
  const pending = plan.pending.map(({ name, sql }) => ({ name, sql }))
  await output.result({ ...plan, pending }, () => planScript(plan, database))
}

/** A URL on the command line names the login that migrates too: those of the environment may lead elsewhere. */
const withLogin = (config: Config, url: string | undefined): Config => {
  if (url === undefined || config.database.kind === 'embedded') return config
  const { directUrl: _, ...database } = config.database
  return { ...config, database: { ...database, adminUrl: url } }
}

/** Brings the schema of the database up to date, or says what would be done. */
export const migrate = async (options: MigrateOptions, io: Io): Promise<number> => {
  if (options.dev === true && options.prod === true) throw new UsageError('--dev and --prod exclude each other')
  const flags = { databaseUrl: options.url, dataDir: options.dataDir }
  const { config } = loadConfig(undefined, flags, { envFile: '.env' })
  try {
    return await migrateOrShow(withLogin(config, options.url), options, io)
  } catch (error) {
    throw explainStartError(error, config)
  }
}

const migrateOrShow = async (
  config: Config,
  { status = false, dryRun = false, create = false, prod = false, ...options }: MigrateOptions,
  io: Io,
): Promise<number> => {
  const output = createOutput(io, options)
  if (status) await requireCluster(config)
  await using admin = await openAdmin(config, output.note, { onlyLook: dryRun })
  if (status) {
    await showStatus(admin, output)
    return exitCodes.ok
  }
  await checkServer(admin, config, { strict: prod, note: text => output.note(`warning: ${text}`) })
  const how = { create, log: output.note }
  if (dryRun) {
    await showPlan(await planMigrations(admin, config, how), admin.database, output)
    return exitCodes.ok
  }
  const applied = await applyMigrations(admin, config, how)
  if ('missing' in applied) throw await refuse(admin, applied.missing, output)
  const { result } = applied
  const news = result.applied.length === 0 ? 'nothing to do' : `${result.applied.length} applied`
  await output.result(result, () => `${news}: the schema is at ${result.current}`)
  return exitCodes.ok
}

/** Gives the person what to hand to a database administrator: on standard output, or within the error as JSON. */
const refuse = async ({ address, database }: AdminAccess, missing: Preparation, output: Output): Promise<Error> => {
  const sql = stepsScript(missing, database)
  await output.text(`${sql}\n`)
  const message = `the login ${address.user} may not make what is missing; nothing of the schema was changed`
  const error = new PlatformError('FORBIDDEN', message, { metadata: { sql } })
  const where = output.json ? 'error.metadata.sql' : 'the lines on standard output'
  return new HintedError(
    error,
    `let a superuser run ${where} with psql, then migrate again; or set DATABASE_ADMIN_URL to a superuser`,
  )
}
