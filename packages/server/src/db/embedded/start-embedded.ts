import { PlatformError } from '@codetether/protocol/errors'
import type { DatabaseAddress, Log } from '../address.ts'
import { ensureCluster, superuserPassword } from './init-cluster.ts'
import type { Settings } from './launch.ts'
import { obtain } from './obtain.ts'
import { type EmbeddedExit, keepOwnership } from './ownership.ts'
import { choosePlace, defaultSharedDir } from './place.ts'
import { addressOf } from './reach.ts'
import { readRuntime } from './runtime-file.ts'

export interface EmbeddedOptions {
  /** The cluster lives below it, in `pg/<major>`. */
  dataDir: string
  log: Log
  /** Where clusters go that root cannot keep in the data directory. */
  sharedDir?: string
  /** Over our own settings of PostgreSQL. */
  settings?: Settings
  startTimeoutMs?: number
  /** How long sessions and files may take to close before PostgreSQL is stopped the hard way. */
  stopTimeoutMs?: number
}

/** A running PostgreSQL that belongs to this process. Disposing stops it. */
export interface EmbeddedDatabase extends AsyncDisposable {
  /** The superuser in the maintenance database. */
  readonly admin: DatabaseAddress
  /** Such as `18.4`. */
  readonly version: string
  /** PostgreSQL's own data directory. */
  readonly directory: string
  /** What the user should be told about the place of the data. */
  readonly notice?: string
  /** Fulfilled when PostgreSQL has ended, by us or by itself, or belongs to another server. */
  readonly exited: Promise<EmbeddedExit>
}

/**
 * Starts PostgreSQL on the data directory, which gets a new cluster if it has none. Throws CONFLICT if another server
 * uses it, and UNAVAILABLE with the end of PostgreSQL's log if it does not start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { dataDir, log, sharedDir = defaultSharedDir, settings = {} } = options
  const { startTimeoutMs = 60_000, stopTimeoutMs = 15_000 } = options
  const place = await choosePlace(dataDir, sharedDir)
  await ensureCluster(place, log)
  const password = await superuserPassword(place)
  const obtained = await obtain(place, { password, settings, startTimeoutMs, stopTimeoutMs, log })
  if (obtained === null) throw await inUse(dataDir, place.cluster)
  const { rows } = await obtained.owner.query<{ server_version: string }>('show server_version')
  const { exited, stop } = keepOwnership(place, obtained, { password, stopTimeoutMs })
  return {
    admin: addressOf(obtained.postmaster, password),
    version: rows[0]?.server_version ?? '',
    directory: place.cluster,
    ...(place.notice !== undefined && { notice: place.notice }),
    exited,
    [Symbol.asyncDispose]: stop,
  }
}

async function inUse(dataDir: string, cluster: string): Promise<PlatformError> {
  const runtime = await readRuntime(dataDir)
  const where = runtime === null ? '' : `; it answers at ${runtime.url} (process ${runtime.pid})`
  return new PlatformError('CONFLICT', `another server uses ${cluster}${where}`)
}
