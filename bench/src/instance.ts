import { join } from 'node:path'
import type { Run } from './benchmark.ts'
import { Child } from './child/child.ts'
import { postmasterOf } from './postgres.ts'

const GUARD_MS = 10_000

/** The PostgreSQL that all contestants of a run share. */
export interface Instance {
  /** A superuser's address. */
  readonly address: string
  /** The process all others of the instance descend from. */
  readonly postmaster: number
}

/** The given instance, or the embedded one in the run's directory, which ends with the stack. */
export async function openInstance(run: Run, stack: AsyncDisposableStack): Promise<Instance> {
  if (run.options.database !== null) {
    return { address: run.options.database, postmaster: await postmasterOf(run.options.database) }
  }
  // Ends after the database, unless this process is killed: then it is what ends the database.
  const guard = stack.use(new Child('guard', new URL('./child/guard.ts', import.meta.url), run.signal))
  const address = await startEmbeddedIn(run, stack)
  const postmaster = await postmasterOf(address)
  await guard.call('watch', { pid: postmaster }, GUARD_MS)
  return { address, postmaster }
}

/** Imported when needed: the list of benchmarks must not load the server. */
async function startEmbeddedIn(run: Run, stack: AsyncDisposableStack): Promise<string> {
  const { startEmbedded } = await import('@codetether/server/db/embedded/start-embedded')
  const embedded = stack.use(await startEmbedded({ dataDir: join(run.directory, 'database'), log: run.log }))
  const { host, port, user, password, database } = embedded.admin
  // The host may be the directory of a socket, which a URL holds encoded.
  return `postgresql://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${database}`
}
