import { sleep } from '@codetether/client/sleep'
import { lockInstance } from './instance-lock.ts'
import { registrationOf } from './registration.ts'
import { firstEvent, runSession } from './session.ts'
import type { WorkerLog, WorkerSettings } from './settings.ts'
import { openParts, type WorkerParts } from './worker-parts.ts'

/** How long a worker that stops tries to bring what it has to the server. */
const partingMs = 10_000
const hurriedMs = 2_000

export interface WorkerOptions {
  log: WorkerLog
  /** Aborted: no more tasks are taken, and what runs may go on for the time to drain. */
  stop: AbortSignal
  /** Aborted: what runs is ended now. */
  stopNow?: AbortSignal
}

/**
 * Runs a worker until it is asked to stop and has done so. Rejects with CONFLICT if another one works on its data directory, and with
 * RemoteError if the server refuses it from the start.
 */
export async function runWorker(settings: WorkerSettings, { log, stop, stopNow }: WorkerOptions): Promise<void> {
  await using _lock = await lockInstance(settings.dataDir)
  const life = new AbortController()
  const parts = await openParts(settings, log, life.signal)
  const { attempts, leftovers, state, found } = parts
  const registration = async () => registrationOf(settings, { workerId: state.workerId, found: await found.list() })
  const accompany = (signal: AbortSignal) => found.look(signal)
  const onConnected = leftovers.settle
  const session = runSession({ ...parts, registration, accompany, draining: stop, onConnected }, life.signal)
  try {
    await Promise.race([session, aborted(stop)])
    log.info({ running: attempts.size, seconds: settings.drainMs / 1000 }, 'stopping: no more tasks are taken')
    const now = stopNow ?? new AbortController().signal
    await attempts.whenIdle(AbortSignal.any([AbortSignal.timeout(Math.ceil(settings.drainMs)), now]))
    attempts.giveBack(now.aborted ? 'now' : 'drain')
    await part(parts, AbortSignal.timeout(now.aborted ? hurriedMs : partingMs))
  } finally {
    attempts.park()
    leftovers.park()
    life.abort(new Error('the worker has stopped'))
    await session.catch(() => undefined)
  }
  log.info({}, 'the worker has stopped')
}

/** Brings what is left to the server, as far as it is there. */
async function part(
  { attempts, leftovers, api, state, settings, log }: WorkerParts,
  limit: AbortSignal,
): Promise<void> {
  await attempts.whenIdle(limit)
  try {
    // A task that was claimed with the last call, which was cut off, goes back too.
    leftovers.settle((await firstEvent(api, limit)).held)
    while (!leftovers.isDone) await sleep(20, limit)
    // Without that it would count as there for minutes. It registers again when it starts.
    await api.unregister(state.workerId, { drain: !settings.unregisterOnExit, signal: limit })
    if (settings.unregisterOnExit) await state.setToken(undefined)
  } catch (error) {
    log.warn({ reason: String(error) }, 'the server could not be told that the worker stops')
  }
}

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
