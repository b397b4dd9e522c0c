import { excessOf, grantOf } from '../../config/worker-grants.ts'
import type { Context } from '../../context.ts'
import { endService, findServing, type ServingWorker } from '../../store/worker-grants.ts'

const atOnce = 500

/**
 * Workers for everybody whose owners may not have them any more serve these alone from now on: grants stand in the settings of the
 * server, and a worker that does not register again would keep what it had.
 */
export async function endRevoked(ctx: Context): Promise<void> {
  let after: ServingWorker | null = null
  do {
    const page: ServingWorker[] = await ctx.store.system(tx => findServing(tx, after, atOnce))
    const revoked = page.filter(worker => !isGranted(ctx, worker))
    if (revoked.length > 0) {
      await ctx.store.system(tx => endService(tx, revoked))
      ctx.workers.forget()
      for (const { id, principal } of revoked)
        ctx.log.warn(
          { worker: id, principal },
          'the worker serves its owner alone: A2A_WORKER_GRANTS does not grant more',
        )
    }
    after = page.length === atOnce ? (page.at(-1) ?? null) : null
  } while (after !== null)
}

function isGranted({ config }: Context, { principal, capabilities, agents, modelRefs }: ServingWorker): boolean {
  const grant = grantOf(config, principal)
  return grant !== null && excessOf(grant, { capabilities, agents, modelRefs }).length === 0
}
