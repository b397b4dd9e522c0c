import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { findWorker, type WorkerRow } from '../../store/workers.ts'

/** A worker, by its own token. */
export interface ActingWorker {
  tenantId: string
  workerId: string
  /** What its leases name. */
  key: string
  /** Who writes its events. */
  actor: string
}

/** Throws FORBIDDEN for somebody who is no worker. */
export function workerOf({ tenantId, id, worker }: Principal): ActingWorker {
  if (!worker) throw new PlatformError('FORBIDDEN', 'this needs the token of a worker: register one')
  return { tenantId, workerId: worker.id, key: worker.key, actor: id }
}

/** For whom there are workers: whoever acts, or whoever has registered the worker that acts. */
export const callerOf = ({ id, worker }: Principal): string => worker?.owner ?? id

/** A worker that is there for the caller. Throws NOT_FOUND. */
export async function getWorker({ store }: Context, principal: Principal, id: string): Promise<WorkerRow> {
  const { tenantId } = principal
  const worker = await store.read(tenantId, tx => findWorker(tx, { tenantId, id, principal: callerOf(principal) }))
  if (worker && worker.state !== 'unregistered') return worker
  throw new PlatformError('NOT_FOUND', 'there is no such worker', { metadata: { workerId: id } })
}

export const notYours = (workerId: string) =>
  new PlatformError('FORBIDDEN', `the worker id ${workerId} belongs to somebody else`, { metadata: { workerId } })
