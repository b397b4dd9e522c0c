import { PlatformError } from '@codetether/protocol/errors'
import type { ClientBase } from 'pg'

/** What decides whether the platform may serve from a database, as one login sees it. */
export interface DatabaseFacts {
  /** Such as `15.4`. */
  readonly version: string
  readonly login: string
  /** Settings that give up committed work at a crash, as `fsync = off`. */
  readonly unsafe: readonly string[]
  /** Roles within the login's reach, itself included, that row-level security does not bind. */
  readonly unbound: readonly string[]
  /** Statements, locks and idle transactions of the login end after some time. */
  readonly isBounded: boolean
  /** What answers is not the backend itself: its process has another number. */
  readonly isPooled: boolean
}

/** Throws CONFLICT for a PostgreSQL that is too old. */
export async function readFacts(client: ClientBase): Promise<DatabaseFacts> {
  const { rows } = await client.query<DatabaseFacts & { pid: number; number: number }>(
    `select current_setting('server_version') as version, current_user::text as login, pg_backend_pid() as pid,
       current_setting('server_version_num')::int as number,
       array(select name || ' = ' || setting from pg_settings
         where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name) as unsafe,
       array(select rolname::text from pg_roles
         where pg_has_role(current_user, oid, 'member') and (rolsuper or rolbypassrls or oid in (
           select relowner from pg_class where relnamespace = to_regnamespace('public') and relkind in ('r', 'p')))
         order by rolname) as unbound,
       not exists (select from pg_settings where setting = '0' and name in
         ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')) as "isBounded"`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('the database says nothing about itself')
  const { pid, number, ...facts } = row
  assertSupported(facts.version, number)
  return { ...facts, isPooled: 'processID' in client && client.processID !== pid }
}

const oldest = 150_000

/** Throws CONFLICT for a PostgreSQL that is too old; `number` is its `server_version_num`. */
export function assertSupported(version: string, number: number): void {
  if (number < oldest) throw conflict(`the database is PostgreSQL ${version}, which is too old: 15 or newer is needed`)
}

/** Throws CONFLICT, with the way out, if a crash of the database could lose what it has committed. */
export function assertDurable({ unsafe }: DatabaseFacts): void {
  if (unsafe.length === 0) return
  throw conflict(
    `the database may lose tasks that were acknowledged (${unsafe.join(', ')}): switch that on in its configuration, or accept it for development with CODETETHER_UNSAFE_DATABASE=true`,
  )
}

/** Throws CONFLICT, with the way out, if row-level security does not hold for the login. */
export function assertBound({ login, unbound }: DatabaseFacts): void {
  if (unbound.length === 0) return
  const why = unbound.includes(login)
    ? 'is a superuser, bypasses it or owns tables'
    : `may act as ${unbound.join(', ')}`
  throw conflict(
    `row-level security does not bind the login ${login}, which ${why}: run codetether migrate with a superuser, or revoke that`,
  )
}

const conflict = (message: string) => new PlatformError('CONFLICT', message)
