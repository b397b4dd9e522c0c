import { Client } from 'pg'
import type { DatabaseAddress } from './address.ts'

export interface ConnectOptions {
  /** Shown in pg_stat_activity. */
  name?: string
  timeoutMs?: number
  /** Without an answer for so long a statement fails: the connection may be one that nobody hears. */
  queryTimeoutMs?: number
}

/** One connection outside the pools. The caller ends it. */
export async function connect(address: DatabaseAddress, options: ConnectOptions = {}): Promise<Client> {
  const client = new Client({
    ...address,
    application_name: options.name ?? 'codetether',
    connectionTimeoutMillis: options.timeoutMs ?? 10_000,
    ...(options.queryTimeoutMs !== undefined && { query_timeout: options.queryTimeoutMs }),
  })
  // A connection that breaks while idle says so here, and without a listener it would end the process.
  // Whoever uses it learns of it from the failing query, or from 'end'.
  client.on('error', () => {})
  try {
    return await client.connect()
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** Runs `use` on a connection of its own and closes it. */
export async function withConnection<T>(address: DatabaseAddress, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(address)
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
