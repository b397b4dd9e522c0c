import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { abortLost } from '../operations/abort-lost.ts'
import { endRevoked } from '../operations/work/end-revoked.ts'
import { sweepArchives } from '../store/archives.ts'
import { forgetGitTokens } from '../store/clones.ts'
import { ensurePartitions, foldTaskCounts } from '../store/upkeep.ts'
import { buryDead } from './bury-dead.ts'
import { startClaiming } from './claim-loop.ts'
import { every } from './every.ts'
import { forgetOldRequests } from './forget-requests.ts'
import { startPushing } from './push/push-loop.ts'
import { keepRetention } from './retention.ts'
import { sweepPushOrphans } from './sweep-pushes.ts'
import { createWorkSweep } from './sweep-work.ts'
import { wakeFollowers } from './wake-followers.ts'

const second = 1000
const hour = 3600 * second

/** Claims what waits, frees what the dead hold, and keeps the tables in shape, for as long as the server runs. */
export function startSweeper(ctx: Context): AsyncDisposable {
  const { store, log } = ctx
  const jobs = [
    startClaiming(ctx),
    startPushing(ctx),
    every(ctx, 'bury dead instances', 2 * second, () => buryDead(ctx)),
    every(ctx, 'sweep work', second, createWorkSweep(ctx)),
    every(ctx, 'end revoked service', hour, () => endRevoked(ctx)),
    every(ctx, 'abort lost runs', 2 * second, () => abortLost(ctx, ctx.running.tokens())),
    every(ctx, 'wake followers', limits.followedPollMs, () => wakeFollowers(ctx)),
    every(ctx, 'forget git tokens', 10 * second, () => store.system(forgetGitTokens)),
    every(ctx, 'sweep archives', 60 * second, () => store.system(tx => sweepArchives(tx, 10))),
    every(ctx, 'fold counters', 10 * second, () => store.system(tx => foldTaskCounts(tx, 1_000))),
    every(ctx, 'forget requests', hour, () => forgetOldRequests(ctx)),
    every(ctx, 'retention', hour, () => keepRetention(ctx)),
    every(ctx, 'sweep push configs', hour, () => sweepPushOrphans(ctx)),
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
