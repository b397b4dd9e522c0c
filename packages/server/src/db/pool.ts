import { Pool, type PoolClient } from 'pg'
import type { Logger } from '../logger.ts'
import type { DatabaseAddress } from './address.ts'

export type { Pool, PoolClient }

export interface PoolOptions {
  /** Most connections at once. */
  size: number
  /** Shown in pg_stat_activity. */
  name: string
  log: Logger
}

/** A pool of pipelined connections: statements travel without waiting for the answer to the one before. */
export function openPool(address: DatabaseAddress, { size, name, log }: PoolOptions): Pool {
  const pool = new Pool({
    ...address,
    max: size,
    application_name: name,
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: false,
    options: '-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s',
  })
  // One that breaks in use says so to its queries too. The pool listens to idle ones only.
  pool.on('connect', client => client.on('error', () => {}))
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  // The error itself drags the whole client along, statements included.
  pool.on('error', ({ message }) => {
    if (!pool.ending) log.warn({ pool: name, reason: message }, 'idle database connection lost')
  })
  return pool
}
