import { Client } from 'pg'
import { parentOf } from './system/cpu.ts'

const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'] as const
const CONNECT_MS = 5_000
const STATEMENT_MS = 30_000

type Row = Readonly<Record<string, unknown>>

/** The address of another database of the same instance. */
export function inDatabase(address: string, database: string): string {
  const url = new URL(address)
  url.pathname = `/${database}`
  return url.href
}

export async function createDatabase(address: string, name: string): Promise<void> {
  await query(address, `CREATE DATABASE ${identifier(name)}`)
}

export async function dropDatabase(address: string, name: string): Promise<void> {
  await query(address, `DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`)
}

/** Refuses a database that could lose what it confirmed: its figures would compare with nothing. */
export async function requireDurability(address: string): Promise<void> {
  for (const setting of DURABLE) {
    const [row] = await query(address, `SHOW ${setting}`)
    if (row?.[setting] !== 'on') throw new Error(`${setting} is ${String(row?.[setting])}: it must be on`)
  }
}

/** Refuses a schema that is not the production schema: row-level security is forced on every table of tenants. */
export async function requireForcedRowSecurity(address: string): Promise<void> {
  const rows = await query(
    address,
    `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
  )
  const missing = ['tasks', 'task_events'].filter(table => !rows.some(({ name }) => name === table))
  const open = rows.filter(({ forced }) => forced !== true).map(({ name }) => String(name))
  if (missing.length > 0) throw new Error(`the schema has no table ${missing.join(', ')}`)
  if (open.length > 0) throw new Error(`row-level security is not forced on ${open.join(', ')}`)
}

/** Refuses a server that logs in with more rights than it needs. Returns the roles it is connected as. */
export async function requirePlainRoles(address: string): Promise<string[]> {
  const rows = await query(
    address,
    `SELECT DISTINCT r.rolname AS name, r.rolsuper OR r.rolbypassrls AS above
       FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'`,
  )
  if (rows.length === 0) throw new Error('the server has no connection to its database')
  for (const { name, above } of rows) {
    if (above !== false) throw new Error(`the server is connected as ${String(name)}, which row security does not bind`)
  }
  return rows.map(({ name }) => String(name)).toSorted()
}

export async function countCompletedTasks(address: string, schema: 'ours' | 'sdk'): Promise<number> {
  const state = schema === 'ours' ? "state = 'completed'" : "status_state = 'TASK_STATE_COMPLETED'"
  const [row] = await query(address, `SELECT count(*)::int AS count FROM tasks WHERE ${state}`)
  return Number(row?.count)
}

/**
 * Brings a database to rest before a round: no round pays for the pages and dead rows of the one before, and plans are
 * made with statistics. Without those the SDK's look-ups take an index that makes them slower with every task kept.
 */
export async function settle(database: string): Promise<void> {
  await query(database, 'VACUUM (ANALYZE)')
  await query(database, 'CHECKPOINT')
}

/** How much the instance has written to its log, in bytes. */
export async function writtenLog(address: string): Promise<number> {
  const [row] = await query(address, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS bytes")
  return Number(row?.bytes)
}

/** The process all others of this instance descend from. It must run on this machine. */
export async function postmasterOf(address: string): Promise<number> {
  return await connected(address, async client => {
    const { rows } = await client.query<Row>('SELECT pg_backend_pid() AS pid')
    return await parentOf(Number(rows[0]?.pid))
  })
}

async function query(address: string, sql: string): Promise<Row[]> {
  return await connected(address, async client => (await client.query<Row>(sql)).rows)
}

async function connected<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: address,
    ...{ connectionTimeoutMillis: CONNECT_MS, query_timeout: STATEMENT_MS, application_name: 'bench' },
  })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
