import { limits } from '@codetether/protocol/limits'
import type { WorkerRow } from '../store/workers.ts'

/** A worker as callers see it. `online`: it was heard of in the last minutes. */
export const presentWorker = (worker: WorkerRow, now: Date) => ({
  worker_id: worker.id,
  name: worker.name,
  hostname: worker.hostname,
  status: worker.state,
  online: worker.state !== 'unregistered' && now.getTime() - worker.seenAt.getTime() < limits.workerAwayMs,
  capabilities: worker.capabilities,
  agents: worker.agents,
  shared: worker.servesAll,
  models: worker.models,
  codebases: worker.codebaseIds,
  workspaces: worker.codebaseIds,
  global: worker.takesGlobal,
  running_tasks: worker.running,
  registered_at: worker.registeredAt.toISOString(),
  last_seen: worker.seenAt.toISOString(),
})
