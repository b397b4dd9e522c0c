import { join } from 'node:path'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { withConnection } from '@codetether/server/db/connect'
import { ensureCluster, superuser, superuserPassword } from '@codetether/server/db/embedded/init-cluster'
import { choosePlace, type Place } from '@codetether/server/db/embedded/place'
import { runProgram } from '@codetether/server/db/embedded/run-program'
import { migrationsDirectory } from '@codetether/server/db/migrations-directory'
import { prepareDatabase } from '@codetether/server/db/prepare'
import type { TestDatabase } from '@codetether/testing/test-database'
import { dataDirectory } from '../journeys/data-directory.ts'

/** Where replicas find their database. One of `testDatabase()` will do where nobody harms it. */
export interface SharedDatabase extends Pick<TestDatabase, 'admin' | 'app' | 'secret'> {
  /** It waits for the disk, as the cluster of the tests does not. */
  isDurable?: boolean
}

/** A PostgreSQL of one test, as durable as one that serves. Disposing stops it and removes its data. */
export interface OwnPostgres extends SharedDatabase, AsyncDisposable {
  /** Ends it without a checkpoint, as a crash does, and starts it again: it recovers from its log. */
  crash(): Promise<void>
  /** Ends all sessions but the one that does so. @returns how many there were. */
  terminateSessions(): Promise<number>
}

const secret = 'the secret of all replicas on a PostgreSQL of their own'

/** Nobody reaches it but by its socket, so its address stays the same and no port can be lost during a restart. */
const settings = (cluster: string) => ({
  listen_addresses: '',
  unix_socket_directories: cluster,
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  max_connections: 200,
  lc_messages: 'C',
})

function control(place: Place, command: 'start' | 'restart'): Promise<void> {
  const given = Object.entries(settings(place.cluster)).map(([name, value]) => `-c ${name}='${value}'`)
  const how = command === 'restart' ? ['-m', 'immediate'] : []
  const log = join(place.cluster, 'postgres.log')
  return runProgram(place, 'pg_ctl', [command, '-w', '-D', place.cluster, '-l', log, ...how, '-o', given.join(' ')])
}

async function terminateSessions(admin: DatabaseAddress): Promise<number> {
  return withConnection(admin, async client => {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    )
    return rowCount ?? 0
  })
}

/** Starts a PostgreSQL on a new directory, with the platform's database on it. It ends with this process. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await dataDirectory())
  const place = await choosePlace(directory.dataDir, directory.path)
  await ensureCluster(place, () => {})
  await control(place, 'start')
  const password = await superuserPassword(place)
  const maintenance = { host: place.cluster, port: 5432, database: 'postgres', user: superuser, password }
  const { app } = await prepareDatabase(maintenance, { secret, directory: migrationsDirectory, log: () => {} })
  const admin = { ...maintenance, database: app.database }
  const owned = stack.move()
  return {
    admin,
    app,
    secret,
    isDurable: true,
    crash: () => control(place, 'restart'),
    terminateSessions: () => terminateSessions(admin),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
