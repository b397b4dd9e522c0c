import { PlatformError } from '@codetether/protocol/errors'
import type { Place } from './place.ts'
import { waitUntilGone } from './postmaster.ts'
import { runProgram } from './run-program.ts'

/** PostgreSQL kills its own children 5 s after SIGQUIT. */
const quitMs = 7_000
const killMs = 2_000

/**
 * Stops PostgreSQL: fast shutdown (sessions are ended, data is written), after `patienceMs` an immediate one (the next
 * start recovers from the log), at last by force. Returns when the process is gone.
 */
export async function stopPostmaster(place: Place, pid: number, patienceMs: number): Promise<void> {
  const steps = [
    ['INT', patienceMs],
    ['QUIT', quitMs],
    ['KILL', killMs],
  ] as const
  for (const [signal, timeoutMs] of steps) {
    await send(place, pid, signal)
    if (await waitUntilGone(place.cluster, pid, timeoutMs)) return
  }
  throw new PlatformError('UNAVAILABLE', `PostgreSQL (process ${pid}) does not end`)
}

async function send(place: Place, pid: number, signal: 'INT' | 'QUIT' | 'KILL'): Promise<void> {
  if (process.platform === 'win32') return runProgram(place, 'pg_ctl', ['kill', signal, String(pid)])
  try {
    process.kill(pid, `SIG${signal}`)
  } catch (error) {
    // It ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
