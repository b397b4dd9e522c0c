import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { ensureDatabase, restrictConnections } from '@codetether/server/db/ensure-database'
import { applicationAddresses } from '@codetether/server/db/prepare'
import { type ClusterAddress, clusterAddress } from './cluster-address.ts'

/** A database of one test. Disposing drops it, and throws if somebody still has a connection to it. */
export interface TestDatabase extends AsyncDisposable {
  /** The superuser in this database. */
  readonly admin: DatabaseAddress
  readonly app: DatabaseAddress
  readonly system: DatabaseAddress
  readonly secret: string
}

export interface TestDatabaseOptions {
  /** False: an empty database, owned by ct_owner. */
  migrated?: boolean
}

/** A connection that was closed a moment ago needs this long to be gone. */
const closingMs = 2_000

/** Creates a database like the migrated one, in the cluster that `npm test` has started. */
export const testDatabase = (options?: TestDatabaseOptions): Promise<TestDatabase> =>
  createTestDatabase(clusterAddress(), options)

/** The same in a cluster of one's own. */
export async function createTestDatabase(
  cluster: ClusterAddress,
  { migrated = true }: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const database = `test_${randomBytes(8).toString('hex')}`
  await withConnection(cluster.admin, async client => {
    if (migrated) await client.query(`create database ${database} template ${cluster.template} owner ct_owner`)
    if (migrated) await restrictConnections(client, database)
    else await ensureDatabase(client, database)
  })
  const { secret } = cluster
  return {
    admin: { ...cluster.admin, database },
    ...applicationAddresses(cluster.admin, { secret, database }),
    secret,
    [Symbol.asyncDispose]: () => drop(cluster.admin, database),
  }
}

async function drop(admin: DatabaseAddress, database: string): Promise<void> {
  await withConnection(admin, async client => {
    const sessions = async () =>
      (
        await client.query<{ session: string }>(
          `select format('%s as %s: %s', application_name, usename, left(query, 120)) as session
           from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
          [database],
        )
      ).rows.map(row => row.session)
    const deadline = performance.now() + closingMs
    let open = await sessions()
    while (open.length > 0 && performance.now() < deadline) {
      await delay(5)
      open = await sessions()
    }
    await client.query(`drop database ${database} with (force)`)
    if (open.length > 0) throw new Error(`connections were left open:\n${open.join('\n')}`)
  })
}
