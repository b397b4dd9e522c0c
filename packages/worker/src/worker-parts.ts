import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Attempts, spoolDirectory } from './attempts.ts'
import { removeUnfinished } from './errands/clone.ts'
import { createErrandRuntime } from './errands/errand-runtime.ts'
import { FoundCodebases } from './found-codebases.ts'
import { Leftovers } from './leftovers.ts'
import { Sender } from './outbox/sender.ts'
import { OwnState } from './own-state.ts'
import { Renewal } from './renewal.ts'
import type { WorkerLog, WorkerSettings } from './settings.ts'
import { Secrets } from './text/scrubber.ts'
import { WorkerApi } from './worker-api.ts'

/** What a worker is made of. */
export interface WorkerParts {
  settings: WorkerSettings
  log: WorkerLog
  state: OwnState
  api: WorkerApi
  attempts: Attempts
  leftovers: Leftovers
  found: FoundCodebases
}

/** Builds them, in the one place that does. They end with the signal. */
export async function openParts(settings: WorkerSettings, log: WorkerLog, signal: AbortSignal): Promise<WorkerParts> {
  const state = await OwnState.open(settings.dataDir, settings)
  const directory = spoolDirectory(settings)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const api = new WorkerApi(settings.url, settings.connection)
  if (settings.clonesDir !== null) await removeUnfinished(settings.clonesDir)
  const errandsDir = join(settings.dataDir, 'errands')
  await rm(errandsDir, { recursive: true, force: true })
  await mkdir(errandsDir, { mode: 0o700 })
  const errandFor = createErrandRuntime({ api, settings, directory: errandsDir })
  const secrets = new Secrets([...settings.secrets, settings.connection.token ?? ''])
  const sender = new Sender({ api, log, signal })
  const attempts: Attempts = new Attempts({ settings, secrets, sender, log, errandFor, onHeld: () => renewal.watch() })
  const renewal = new Renewal({ api, attempts, log, signal })
  const leftovers = await Leftovers.find({ directory, attempts, sender, log })
  return {
    settings,
    log,
    state,
    api,
    attempts,
    leftovers,
    found: new FoundCodebases({ api, roots: settings.roots, log }),
  }
}
