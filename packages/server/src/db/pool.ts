import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { Pool, type PoolClient } from 'pg'
import { type Logger, withLogFields } from '../logger.ts'
import type { DatabaseAddress } from './address.ts'
import { toPlatformError } from './sql-errors.ts'

export type { Pool, PoolClient }

export interface PoolOptions {
  /** Most connections at once. */
  size: number
  /** Shown in pg_stat_activity. */
  name: string
  log: Logger
}

/**
 * A pool of pipelined connections: statements travel without waiting for the answer to the one before. What bounds them
 * in time belongs to the roles: a pooler of transactions refuses to be told at the start of a connection.
 */
export function openPool(address: DatabaseAddress, { size, name, log }: PoolOptions): Pool {
  const pool = new Pool({
    ...address,
    max: size,
    application_name: name,
    pipeline: true,
    connectionTimeoutMillis: limits.connectionWaitMs,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: false,
  })
  // One that breaks in use says so to its queries too. The pool listens to idle ones only.
  pool.on('connect', client => client.on('error', () => {}))
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  // The error itself drags the whole client along, statements included.
  pool.on('error', ({ message }) => {
    // It has nothing to do with the request for which it was opened.
    if (!pool.ending)
      withLogFields({}, () => log.warn({ pool: name, reason: message }, 'idle database connection lost'))
  })
  return pool
}

/** Where a transaction gets its connection: a pool. */
export interface Connections {
  /** Transactions that wait for one. */
  readonly waitingCount: number
  connect(): Promise<PoolClient>
}

/** Takes a connection. Throws UNAVAILABLE if none gets free in time, and at once if too many wait already. */
export async function takeConnection(pool: Connections): Promise<PoolClient> {
  if (pool.waitingCount >= limits.connectionWaiters)
    throw new PlatformError('UNAVAILABLE', 'too many requests wait for the database', { retryAfter: 1 })
  return pool.connect().catch((error: unknown) => {
    throw toPlatformError(error)
  })
}
