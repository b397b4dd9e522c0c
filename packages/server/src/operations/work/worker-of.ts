import { PlatformError } from '@codetether/protocol/errors'
import type { Principal } from '../../principal.ts'

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
