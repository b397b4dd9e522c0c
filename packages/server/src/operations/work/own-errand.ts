import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../../context.ts'
import { addOwner, type ErrandLease, findErrand, type HeldErrand, holdErrand } from '../../store/errands.ts'
import type { Writer } from '../../store/store.ts'
import type { WorkHold } from '../../store/work-leases.ts'
import { openGitToken } from './clone-codebase.ts'
import { wakeForCodebases } from './wake-for-codebases.ts'
import type { ActingWorker } from './worker-of.ts'

const leaseOf = ({ tenantId, key }: ActingWorker, hold: WorkHold): ErrandLease => ({ ...hold, tenantId, owner: key })

const leaseLost = (taskId: string) =>
  new PlatformError('LEASE_LOST', 'the worker does not hold this errand', { metadata: { taskId } })

/** The errand that a worker holds. Throws LEASE_LOST for what it does not hold, and for what is none. */
export async function getErrand({ store }: Context, worker: ActingWorker, hold: WorkHold): Promise<HeldErrand> {
  const found = await store.read(worker.tenantId, tx => findErrand(tx, leaseOf(worker, hold)))
  if (!found) throw leaseLost(hold.taskId)
  return found
}

/** The same inside a transaction, until whose end the lease stays. */
export async function keepErrand(tx: Writer, worker: ActingWorker, hold: WorkHold): Promise<HeldErrand> {
  const found = await holdErrand(tx, leaseOf(worker, hold))
  if (!found) throw leaseLost(hold.taskId)
  return found
}

/** What the remote wants to see that the worker is to clone. Throws LEASE_LOST. */
export async function revealGitToken(ctx: Context, worker: ActingWorker, hold: WorkHold): Promise<string | null> {
  const { errand, codebaseId, sealedToken: sealed } = await getErrand(ctx, worker, hold)
  if (errand !== 'clone') throw leaseLost(hold.taskId)
  return openGitToken(ctx, { tenantId: worker.tenantId, codebaseId, sealed })
}

/** The worker has cloned the codebase of its errand: its tasks may be taken there from now on. Throws LEASE_LOST. */
export async function ownClone(
  ctx: Context,
  worker: ActingWorker,
  { hold, path }: { hold: WorkHold; path: string },
): Promise<{ codebaseId: string }> {
  const { tenantId, workerId } = worker
  const codebaseId = await ctx.store.transact(tenantId, async tx => {
    const { errand, codebaseId } = await keepErrand(tx, worker, hold)
    if (errand !== 'clone') throw leaseLost(hold.taskId)
    await addOwner(tx, { tenantId, workerId, codebaseId, path })
    return codebaseId
  })
  await wakeForCodebases(ctx, worker, [codebaseId])
  return { codebaseId }
}
