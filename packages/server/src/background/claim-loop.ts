import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { beginClaimed } from '../operations/begin-claimed.ts'
import { claimTasks } from '../store/leases.ts'

/** What is claimed waits until those before it have begun. */
const mostAtOnce = 100

/** Runs what waits for an agent of this process, for as long as there is room. */
async function claimAll(ctx: Context): Promise<void> {
  const agents = ctx.agents.map(agent => agent.name)
  const leaseSeconds = ctx.config.leaseMs / 1000
  for (let more = true; more; ) {
    const room = Math.min(mostAtOnce, ctx.running.room())
    if (room === 0 || ctx.stopping.aborted) return
    const claim = { owner: ctx.instanceId, agents, leaseSeconds, room, running: ctx.running.tokens() }
    const taken = await ctx.store.system(tx => claimTasks(tx, claim))
    // One task that cannot begin must not keep those behind it from going on; its lease runs out.
    for (const task of taken.claimed)
      await beginClaimed(ctx, task).catch((error: unknown) =>
        ctx.log.error({ err: error, taskId: task.taskId }, 'a task could not begin'),
      )
    more = taken.more
  }
}

/** Claims whenever something is said to wait, and from time to time: hints may be lost, and leases run out silently. */
export function startClaiming(ctx: Context): AsyncDisposable {
  const end = new AbortController()
  const stop = AbortSignal.any([end.signal, ctx.stopping])
  const pollMs = Math.min(ctx.config.leaseMs / 4, limits.claimPollMs)
  const loop = async () => {
    while (!stop.aborted) {
      await claimAll(ctx).catch((error: unknown) => ctx.log.error({ err: error }, 'waiting tasks could not be claimed'))
      await ctx.work.next(pollMs, stop)
    }
  }
  const running = loop()
  return {
    [Symbol.asyncDispose]() {
      end.abort()
      return running
    },
  }
}
