import { readFileSync } from 'node:fs'
import type { DatabaseAddress } from '@codetether/server/db/address'
import { freePort } from '@codetether/server/db/embedded/free-port'
import { ensureCluster, superuserPassword } from '@codetether/server/db/embedded/init-cluster'
import { choosePlace } from '@codetether/server/db/embedded/place'
import { runProgram } from '@codetether/server/db/embedded/run-program'
import { temporaryDirectory } from '@codetether/testing/temporary-directory'
import { endsWithUs } from '../journeys/data-directory.ts'

/** A durable PostgreSQL of its own that no server of ours owns: an external one, as pg_ctl runs it. */
export interface RestartableCluster extends AsyncDisposable {
  /** The superuser in the maintenance database. */
  readonly admin: DatabaseAddress
  /** As after a crash: sessions are cut, nothing is written, and the start recovers from the log. */
  restartImmediately(): Promise<void>
}

const postmasterOf = (cluster: string): number | null => {
  try {
    return Number.parseInt(readFileSync(`${cluster}/postmaster.pid`, 'utf8'), 10)
  } catch {
    return null
  }
}

export async function restartableCluster(): Promise<RestartableCluster> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const place = await choosePlace(directory.path, directory.path)
  await ensureCluster(place, () => {})
  const password = await superuserPassword(place)
  const port = await freePort()
  const control = (...args: string[]) =>
    runProgram(place, 'pg_ctl', ['-D', place.cluster, '-w', '-s', '-l', `${place.cluster}/postgres.log`, ...args])
  const options = `-c fsync=on -c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
  await control('-o', options, 'start')
  stack.use(endsWithUs(() => postmasterOf(place.cluster)))
  stack.defer(() => control('-m', 'immediate', 'stop'))
  const owned = stack.move()
  return {
    admin: { host: '127.0.0.1', port, database: 'postgres', user: 'postgres', password },
    restartImmediately: () => control('-o', options, '-m', 'immediate', 'restart'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
