import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { beginClaimed } from '../operations/begin-claimed.ts'
import { claimTasks } from '../store/leases.ts'

/** What is claimed waits until those before it have begun. */
const mostAtOnce = 100

/** The room that there is, so that nobody else takes it while the database is asked what shall run in it. */
function takePlaces({ running }: Context): Disposable[] {
  const places: Disposable[] = []
  for (let place = running.admit(); place; place = places.length < mostAtOnce ? running.admit() : null)
    places.push(place)
  return places
}

/** Runs some of what waits for an agent of this process. @returns whether there may be more, and room for it. */
async function claimSome(ctx: Context): Promise<boolean> {
  if (ctx.stopping.aborted) return false
  using stack = new DisposableStack()
  const places = takePlaces(ctx).map(place => stack.use(place))
  if (places.length === 0) return false
  const agents = ctx.agents.map(agent => agent.name)
  const leaseSeconds = ctx.config.leaseMs / 1000
  const claim = { owner: ctx.instanceId, agents, leaseSeconds, room: places.length, running: ctx.running.tokens() }
  const { claimed, more } = await ctx.store.system(tx => claimTasks(tx, claim))
  for (const unused of places.splice(claimed.length)) unused[Symbol.dispose]()
  for (const [index, task] of claimed.entries()) {
    // One task that cannot begin must not keep those behind it from going on; its lease runs out.
    await beginClaimed(ctx, task).catch((error: unknown) =>
      ctx.log.error({ err: error, taskId: task.taskId }, 'a task could not begin'),
    )
    places[index]?.[Symbol.dispose]()
  }
  return more
}

async function claimAll(ctx: Context): Promise<void> {
  while (await claimSome(ctx));
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
