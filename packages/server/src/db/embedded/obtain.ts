import { setTimeout as delay } from 'node:timers/promises'
import { PlatformError } from '@codetether/protocol/errors'
import type { Client } from 'pg'
import type { Log } from '../address.ts'
import { type Launched, launch, type Settings } from './launch.ts'
import { logTail } from './log-file.ts'
import { takeOwnerLock } from './owner-lock.ts'
import type { Place } from './place.ts'
import { findPostmaster, isPostmaster, type Postmaster } from './postmaster.ts'
import { reach } from './reach.ts'
import { stopPostmaster } from './stop-postmaster.ts'

export interface ObtainOptions {
  password: string
  settings: Settings
  startTimeoutMs: number
  stopTimeoutMs: number
  log: Log
}

/** A running PostgreSQL and the connection whose lock makes it ours. */
export interface Obtained {
  readonly postmaster: Postmaster
  readonly owner: Client
}

/** What PostgreSQL says when it cannot start now but soon can: a rival was faster, the port went, backends still end. */
const passing = /lock file "postmaster.pid" already exists|could not bind|pre-existing shared memory block/

/**
 * Makes this process the owner of PostgreSQL on the cluster: of one that it starts, or of one that runs without an owner
 * because the process that started it was killed.
 *
 * Such an orphan is adopted, not restarted. The lock alone then decides who owns the cluster, without pids, times or a
 * moment in which nobody does: whoever of several starters gets it wins, whichever of them launched the process.
 */
export async function obtain(place: Place, options: ObtainOptions): Promise<Obtained | null> {
  const deadline = performance.now() + options.startTimeoutMs
  while (performance.now() < deadline) {
    const running = await findPostmaster(place.cluster)
    const launched = running === null ? await launch(place, options.settings) : null
    const postmaster = running ?? launched
    if (postmaster === null) continue
    const outcome = await ownOnce(place, postmaster, { ...options, deadline, launched })
    if (outcome === 'taken') return null
    if (outcome !== 'again') {
      if (running)
        options.log(`took over PostgreSQL (process ${running.pid}), whose server had ended without stopping it`)
      return { postmaster, owner: outcome }
    }
  }
  throw await failure(place, `did not start within ${options.startTimeoutMs / 1000} s`)
}

type Attempt = ObtainOptions & { deadline: number; launched: Launched | null }

/** One try on one postmaster. It is stopped if it was launched for nothing, but never if somebody else owns it. */
async function ownOnce(place: Place, postmaster: Postmaster, attempt: Attempt): Promise<Client | 'taken' | 'again'> {
  try {
    const client = await reach(place.cluster, postmaster, attempt)
    if (client !== null) return await tryLock(client)
    if (attempt.launched === null) await delay(10)
    else if (await isPostmaster(place.cluster, postmaster.pid)) throw await failure(place, 'is not ready in time')
    else await assertPassing(place, attempt.launched)
    return 'again'
  } catch (error) {
    if (attempt.launched) await stopPostmaster(place, postmaster.pid, attempt.stopTimeoutMs)
    throw error
  }
}

async function tryLock(client: Client): Promise<Client | 'taken' | 'again'> {
  try {
    if (await takeOwnerLock(client)) return client
    await client.end()
    return 'taken'
  } catch {
    // The connection broke: whoever owns the cluster is stopping it.
    await client.end()
    return 'again'
  }
}

/** After a launched process ended: returns if another try makes sense. */
async function assertPassing(place: Place, { logStart }: Launched): Promise<void> {
  const written = await logTail(place.cluster, logStart)
  if (!passing.test(written)) throw await failure(place, 'ended at once')
  await delay(50)
}

async function failure(place: Place, what: string): Promise<PlatformError> {
  const tail = await logTail(place.cluster)
  return new PlatformError(
    'UNAVAILABLE',
    `PostgreSQL ${what}. Its log (${place.cluster}/postgres.log) ends with:\n${tail}`,
  )
}
