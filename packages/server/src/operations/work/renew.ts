import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { findHeldWork, renewWork, type WorkHold } from '../../store/work-leases.ts'
import { seeWorker, type WorkerState } from '../../store/workers.ts'
import type { ActingWorker } from './worker-of.ts'

export interface Renewed {
  /** Null: the worker is not registered any more. */
  state: WorkerState | null
  held: WorkHold[]
  lost: WorkHold[]
}

/** Prolongs leases, and says that their worker lives. What was lost, by a cancellation too, must be dropped. */
export async function renewLeases(
  { store, config }: Context,
  { tenantId, workerId }: ActingWorker,
  holds: readonly WorkHold[],
): Promise<Renewed> {
  const lease = { tenantId, workerId, leaseSeconds: config.work.leaseMs / 1000 }
  const [state, tokens] = await store.write(tenantId, tx =>
    Promise.all([seeWorker(tx, tenantId, workerId), holds.length > 0 ? renewWork(tx, lease, holds) : []]),
  )
  const kept = new Set(tokens)
  return {
    state,
    held: holds.filter(({ token }) => kept.has(token)),
    lost: holds.filter(({ token }) => !kept.has(token)),
  }
}

/** What a worker holds: after a restart it goes on with what it knows, and gives the rest back. */
export const heldBy = ({ store }: Context, { tenantId, workerId }: ActingWorker) =>
  store.read(tenantId, tx => findHeldWork(tx, { tenantId, workerId, limit: limits.reportsPerCall }))
