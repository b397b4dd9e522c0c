import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import { queued } from '../store/lease.ts'
import { type Claimed, giveBackLeases } from '../store/leases.ts'
import { applyEvents } from './apply-events.ts'
import { backOffSeconds } from './back-off.ts'
import { givenUp } from './failure.ts'
import { leaveLine } from './leave-line.ts'
import { ownLease } from './new-lease.ts'
import { readTurn } from './read-turn.ts'
import { attemptBegins, startAttempt } from './run-attempt.ts'

/**
 * Goes on with a task that this instance has claimed. One whose attempt was lost runs again, at once after the first
 * loss and later and later after the next ones, until it is given up: it may be what kills its processes.
 */
export async function beginClaimed(ctx: Context, claimed: Claimed): Promise<void> {
  const { taskId, attempt, lost, lostLeases } = claimed
  if (!lost) {
    ctx.log.debug({ taskId }, 'a task begins that was waiting')
    return begin(ctx, claimed, lostLeases)
  }
  const losses = lostLeases + 1
  ctx.log.warn({ taskId, attempt, losses }, 'the attempt of a task was lost')
  if (losses >= limits.attemptsPerTask) return giveUp(ctx, claimed, losses)
  return losses === 1 ? begin(ctx, claimed, losses) : postpone(ctx, claimed, losses)
}

/** The claim itself is the fence: another replica may have taken the task since, if this one was paused. */
const fenced = ({ tenantId, taskId, attempt, token }: Claimed) => ({
  tenantId,
  taskId,
  actor: 'system',
  fence: { attempt, token },
})

async function begin(ctx: Context, claimed: Claimed, lostLeases: number): Promise<void> {
  const { tenantId, principal, attempt } = claimed
  const lease = ownLease(ctx)
  const events = attemptBegins(attempt + 1)
  const application = { ...fenced(claimed), events, lease: { ...lease, begins: true }, lostLeases }
  const task = await applyEvents(ctx, application).catch(async (error: unknown) => {
    if (!isTaken(error)) throw error
    // Another task of the same line was quicker. This one is claimed again when that one has ended.
    await ctx.store.system(tx => giveBackLeases(tx, ctx.instanceId, [claimed.token]))
    return null
  })
  if (!task) return
  const history = await readTurn(ctx, task)
  startAttempt(ctx, {
    principal: { tenantId, id: principal },
    task,
    history,
    fence: { attempt: task.attempt, token: lease.token },
  })
}

/** The unique index that lets one task of a line run refuses the second. */
const isTaken = (error: unknown): boolean => error instanceof PlatformError && error.code === 'CONFLICT'

async function postpone(ctx: Context, claimed: Claimed, losses: number): Promise<void> {
  await applyEvents(ctx, {
    ...fenced(claimed),
    events: [{ kind: 'status', state: 'submitted' }],
    lease: { ...queued(backOffSeconds(losses)), begins: false },
    lostLeases: losses,
  })
}

async function giveUp(ctx: Context, claimed: Claimed, losses: number): Promise<void> {
  const end = givenUp(losses, 'the process that ran it ended or froze each time')
  const task = await applyEvents(ctx, { ...fenced(claimed), ...end, turn: 'all read', lostLeases: losses })
  if (task && task.serialKey !== null) await leaveLine(ctx, task)
}
