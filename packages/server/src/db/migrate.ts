import type { ClientBase } from 'pg'
import type { Log } from './address.ts'
import { withAdvisoryLock } from './advisory-lock.ts'
import { migrationError } from './migration-error.ts'
import { type Migration, readMigrations, refusal } from './migration-files.ts'
import { ownerRole } from './roles.ts'

export interface MigrateOptions {
  /** Where the files are. */
  directory: string
  log: Log
  /** Runs after the migrations, still under their lock, as ct_owner. */
  afterwards?: (client: ClientBase) => Promise<void>
}

export interface MigrateResult {
  /** Names of the files that were applied now. */
  applied: string[]
  /** Name of the newest one, or '' without any. */
  current: string
}

export interface MigrationStatus {
  applied: string[]
  pending: string[]
}

interface AppliedRow {
  id: number
  name: string
  checksum: string
}

/**
 * Applies what is missing, each file in its own transaction as ct_owner, and stops at the first failure. `client` is a
 * login that may `set role ct_owner`. Several programs may call this at once: one works, the others wait and find
 * nothing left to do. Throws CONFLICT if files and database do not fit together, before anything is changed.
 */
export async function migrate(client: ClientBase, options: MigrateOptions): Promise<MigrateResult> {
  const files = await readMigrations(options.directory)
  const onWait = () => options.log('another program migrates this database; waiting for it')
  return withAdvisoryLock(client, { name: 'migrate', onWait }, async () => {
    await createBookkeeping(client)
    const pending = pendingOf(files, await asOwner(client, () => readApplied(client)))
    for (const migration of pending) {
      await apply(client, migration)
      options.log(`applied migration ${migration.name}`)
    }
    const { afterwards } = options
    if (afterwards) await asOwner(client, () => afterwards(client))
    return { applied: pending.map(file => file.name), current: files.at(-1)?.name ?? '' }
  })
}

/** What `migrate` would find. Throws CONFLICT where it would refuse. */
export async function migrationStatus(client: ClientBase, directory: string): Promise<MigrationStatus> {
  const files = await readMigrations(directory)
  const applied = await appliedTo(client)
  const pending = pendingOf(files, applied)
  return { applied: applied.map(row => row.name), pending: pending.map(file => file.name) }
}

/** What `migrate` would apply. Throws CONFLICT where it would refuse. */
export const pendingMigrations = async (client: ClientBase, directory: string): Promise<Migration[]> =>
  pendingOf(await readMigrations(directory), await appliedTo(client))

/** The roles may be missing too before the first migration. */
async function appliedTo(client: ClientBase): Promise<AppliedRow[]> {
  const { rows } = await client.query<{ known: boolean }>(
    `select to_regclass('schema_migrations') is not null as known`,
  )
  return rows[0]?.known ? asOwner(client, () => readApplied(client)) : []
}

const readApplied = async (client: ClientBase): Promise<AppliedRow[]> =>
  (await client.query<AppliedRow>('select id, name, checksum from schema_migrations order by id')).rows

function pendingOf(files: readonly Migration[], applied: readonly AppliedRow[]): Migration[] {
  for (const [index, row] of applied.entries()) {
    const file = files[index]
    if (row.id !== index + 1) throw refusal(`the database has ${row.name} but not migration ${index + 1} before it`)
    if (file === undefined) {
      throw refusal(`the database has ${row.name}, which this program does not know: install the current codetether`)
    }
    if (file.checksum !== row.checksum) {
      throw refusal(
        `${file.name} is not the file that was applied: restore it, and put the change into a new migration`,
      )
    }
  }
  return files.slice(applied.length)
}

/** These two tables belong to no tenant. Programs read the window, only `migrate` reads the rest. */
async function createBookkeeping(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ known: boolean }>(
    `select to_regclass('schema_migrations') is not null and to_regclass('schema_window') is not null as known`,
  )
  if (rows[0]?.known) return
  await asOwner(client, async () => {
    await client.query(`
      create table schema_migrations (
        id integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz(3) not null default now()
      );
      create table schema_window (
        one boolean primary key default true check (one),
        min_app integer not null,
        max_app integer not null
      );
      insert into schema_window (min_app, max_app) values (0, 0);
      grant select on schema_window to ct_app, ct_system;`)
  })
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  const { id, name, checksum, minApp = null } = migration
  await asOwner(client, async () => {
    try {
      await client.query(migration.sql)
    } catch (error) {
      throw migrationError(migration, error)
    }
    if (client.getTransactionStatus() !== 'T') throw refusal(`${name} ends the transaction in which it is applied`)
    await client.query(`set local role ${ownerRole}`)
    await client.query('insert into schema_migrations (id, name, checksum) values ($1, $2, $3)', [id, name, checksum])
    await client.query('update schema_window set max_app = $1, min_app = coalesce($2, min_app)', [id, minApp])
  })
}

async function asOwner<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(`begin; set local role ${ownerRole}`)
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
