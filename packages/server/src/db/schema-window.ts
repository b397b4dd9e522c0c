import { PlatformError } from '@codetether/protocol/errors'
import { type ClientBase, DatabaseError } from 'pg'

/**
 * Which versions of the application may run on the schema as it stands.
 *
 * The application's schema version is the number of its newest migration. A migration that leaves older versions of the
 * application unharmed (it expands) says nothing, one that harms them (it contracts) declares from which version on
 * the application may run: `-- app-versions: 7..`. The upper end is the newest applied migration: a program that has
 * more of them needs more than the schema offers, and has to migrate it first.
 */
export interface SchemaWindow {
  readonly minApp: number
  readonly maxApp: number
}

/** Null before the first migration. */
export async function readWindow(client: ClientBase): Promise<SchemaWindow | null> {
  try {
    const sql = 'select min_app as "minApp", max_app as "maxApp" from schema_window'
    return (await client.query<SchemaWindow>(sql)).rows[0] ?? null
  } catch (error) {
    // undefined_table
    if (error instanceof DatabaseError && error.code === '42P01') return null
    throw error
  }
}

/** Throws CONFLICT, with the way out, if an application of this schema version must not run on the database. */
export async function assertWindow(client: ClientBase, appSchemaVersion: number): Promise<void> {
  const window = await readWindow(client)
  if (window === null) throw conflict('the database is empty. Run codetether migrate')
  const { minApp, maxApp } = window
  if (appSchemaVersion > maxApp) {
    throw conflict(
      `the database is at migration ${maxApp}, this program needs ${appSchemaVersion}. Run codetether migrate`,
    )
  }
  if (appSchemaVersion < minApp) {
    const reason = `the database has been migrated for newer programs: it needs schema version ${minApp} or later`
    throw conflict(`${reason}, this program has ${appSchemaVersion}. Install the current codetether`)
  }
}

const conflict = (message: string) => new PlatformError('CONFLICT', message)
