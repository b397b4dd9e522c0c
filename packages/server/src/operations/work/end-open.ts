import type { TaskState } from '@codetether/protocol/task-state'
import type { Context } from '../../context.ts'
import { listOpen, type OpenScope, type OpenTask } from '../../store/open-work.ts'
import { agentText } from '../agent-text.ts'
import { applyEvents } from '../apply-events.ts'
import { afterCancel } from '../cancel-task.ts'

export interface EndOpen extends OpenScope {
  /** Who ends them. */
  actor: string
  states: readonly TaskState[]
  /** What their callers are told. */
  reason: string
}

/** One call ends so many. */
const most = 1_000
/** Of them so many at once: they share transactions. */
const atOnce = 64

/**
 * Cancels the tasks of a codebase that are in given states now, not those that get there meanwhile. The newest come first: what waits
 * behind a task of its session does not begin when that one ends.
 * @returns those that this has ended, and whether there are more.
 */
export async function endOpen(ctx: Context, end: EndOpen): Promise<{ ended: OpenTask[]; more: boolean }> {
  const found = await ctx.store.read(end.tenantId, tx => listOpen(tx, { ...end, limit: most + 1 }))
  const ended: OpenTask[] = []
  for (let from = 0; from < Math.min(found.length, most); from += atOnce) {
    const portion = found.slice(from, Math.min(from + atOnce, most))
    const isEnded = await Promise.all(portion.map(task => cancelOne(ctx, end, task)))
    ended.push(...portion.filter((_, index) => isEnded[index]))
  }
  return { ended, more: found.length > most }
}

/** @returns false if it has ended otherwise, or is in another state by now. */
async function cancelOne(ctx: Context, { tenantId, actor, states, reason }: EndOpen, task: OpenTask): Promise<boolean> {
  const row = await applyEvents(ctx, {
    tenantId,
    taskId: task.id,
    actor,
    from: states,
    events: [{ kind: 'status', state: 'canceled', message: agentText(reason) }],
  })
  if (row) await afterCancel(ctx, row)
  return row !== null
}
