import { limits } from '@codetether/protocol/limits'
import { errandCapabilities } from '@codetether/protocol/work/errand'
import { clonesIn } from './places.ts'
import type { WorkerSettings } from './settings.ts'

/** What a worker says of itself: what it was told, and what it has cloned and found since. */
export async function registrationOf(
  settings: WorkerSettings,
  { workerId, found }: { workerId: string; found: readonly { id: string; path: string }[] },
): Promise<object> {
  const { name, hostname, models, codebases, global, isPrivate, roots, clonesDir } = settings
  const own = [...codebases, ...(await clonesIn(clonesDir)), ...found].slice(0, limits.codebasesPerWorker)
  const errands = clonesDir === null ? [errandCapabilities.pack] : [errandCapabilities.pack, errandCapabilities.clone]
  return {
    worker_id: workerId,
    name,
    hostname,
    capabilities: [...settings.capabilities, ...errands].slice(-limits.labels),
    models: models.map(id => ({ id })),
    codebases: own,
    roots,
    global,
    ...(isPrivate && { shared: false }),
  }
}
