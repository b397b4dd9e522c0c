import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { ensurePartitions, renewLeases } from '../store/leases.ts'
import { every } from './every.ts'
import { forgetOldRequests } from './forget-requests.ts'
import { recoverTasks } from './recover-tasks.ts'

const hour = 60 * 60 * 1000

/** Keeps leases alive, takes over lost tasks, and keeps the tables in shape, for as long as the server runs. */
export function startSweeper(ctx: Context): AsyncDisposable {
  const { store, log } = ctx
  const renew = async () => {
    const ids = ctx.running.ids()
    if (ids.length > 0) await store.system(tx => renewLeases(tx, ctx.instanceId, ids))
  }
  const jobs = [
    every(ctx, 'renew leases', limits.leaseMs / 3, renew),
    every(ctx, 'recover tasks', limits.leaseMs / 2, async () => {
      // After a time without the database the leases of this process may have run out too: its runs go on.
      await renew()
      await recoverTasks(ctx)
    }),
    every(ctx, 'forget requests', hour, () => forgetOldRequests(ctx)),
    every(ctx, 'make partitions', 24 * hour, async () => {
      const made = await store.system(tx => ensurePartitions(tx, 2))
      if (made.length > 0) log.info({ made }, 'partitions of the event log made')
    }),
  ]
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(jobs.map(job => job[Symbol.asyncDispose]()))
    },
  }
}
