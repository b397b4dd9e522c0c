import { PlatformError } from '@codetether/protocol/errors'
import type { CodebaseRegistration } from '@codetether/protocol/work/codebase'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { type CodebaseRow, deleteCodebase, putCodebase, setWatch } from '../../store/codebases.ts'
import { countOpen } from '../../store/open-work.ts'
import { deleteSessionMessages, deleteSessions } from '../../store/remove-sessions.ts'
import { cloneCodebase, endClone } from './clone-codebase.ts'
import { type EndOpen, endOpen } from './end-open.ts'
import { getCodebase, getOwnCodebase } from './get-codebase.ts'

/**
 * Registers a codebase at once, whether or not a worker has it: without one its tasks wait. Throws INVALID_PARAMS for a remote that may
 * not be cloned.
 */
export async function registerCodebase(
  ctx: Context,
  principal: Principal,
  given: CodebaseRegistration,
): Promise<CodebaseRow> {
  const { tenantId, id: owner } = principal
  const codebase = {
    tenantId,
    id: newId(),
    principal: owner,
    name: given.name,
    path: given.path ?? null,
    description: given.description ?? null,
    gitUrl: given.git_url ?? null,
    gitBranch: given.git_branch ?? null,
  }
  const { git_url: gitUrl, git_token: gitToken = null, worker_id: workerId = null } = given
  const id =
    gitUrl === undefined
      ? await ctx.store.write(tenantId, tx => putCodebase(tx, codebase))
      : await cloneCodebase(ctx, principal, { codebase, gitUrl, gitToken, workerId })
  return getCodebase(ctx, principal, id)
}

/**
 * Deletes a codebase with its sessions. Nobody could take what waits in it any more, whoever has sent it: with `force` all that has
 * not ended is canceled, and else there must be nothing but the task that clones it. Throws NOT_FOUND, FORBIDDEN for one that somebody
 * else has registered, and CONFLICT.
 * @returns how many tasks were canceled.
 */
export async function removeCodebase(
  ctx: Context,
  principal: Principal,
  { id, force }: { id: string; force: boolean },
): Promise<number> {
  await getOwnCodebase(ctx, principal, id)
  const { tenantId } = principal
  const scope = { tenantId, codebaseId: id.toLowerCase(), principal: null }
  const { pending, running, asking } = await ctx.store.read(tenantId, tx => countOpen(tx, scope))
  const open = pending + running + asking
  if (open > 0 && !force)
    throw new PlatformError(
      'CONFLICT',
      `${open} tasks of this codebase have not ended: end them, or delete with force=true`,
      {
        metadata: { pending, running, asking },
      },
    )
  const cloneTaskId = await forget(ctx, tenantId, id)
  ctx.workers.forget()
  ctx.activity.publish(scope.codebaseId)
  // What clones it waits for whoever clones, not in the lanes of the codebase.
  const isCloneEnded = cloneTaskId !== null && (await endClone(ctx, principal, cloneTaskId))
  return (await endAll(ctx, { ...scope, actor: principal.id })) + Number(isCloneEnded)
}

/** The messages of its sessions go in portions, before what names them. @returns the task that clones or has cloned it. */
async function forget(ctx: Context, tenantId: string, codebaseId: string): Promise<string | null> {
  const portion = { tenantId, codebaseId, limit: 5_000 }
  for (let erased = portion.limit; erased === portion.limit; )
    erased = await ctx.store.write(tenantId, tx => deleteSessionMessages(tx, portion))
  // Whoever tells of sessions waits behind the codebase, and finds it gone.
  const [cloneTaskId] = await ctx.store.write(tenantId, tx =>
    Promise.all([deleteCodebase(tx, tenantId, codebaseId), deleteSessions(tx, tenantId, codebaseId)]),
  )
  return cloneTaskId
}

const deleted = 'The codebase was deleted.'

/** What was stored since the codebase was deleted is ended by whoever stored it. */
async function endAll(ctx: Context, scope: Omit<EndOpen, 'states' | 'reason'>): Promise<number> {
  const states = ['submitted', 'working', 'input-required', 'auth-required'] as const
  for (let sum = 0; ; ) {
    const { ended, more } = await endOpen(ctx, { ...scope, states, reason: deleted })
    sum += ended.length
    if (!more) return sum
  }
}

/**
 * Turns on or off that the tasks of a codebase are taken by themselves. What waits then is taken, or waits on. Throws NOT_FOUND,
 * or FORBIDDEN for a codebase of somebody else.
 */
export async function watchCodebase(
  ctx: Context,
  principal: Principal,
  { id, on, interval }: { id: string; on: boolean; interval: number | null },
): Promise<CodebaseRow> {
  await getOwnCodebase(ctx, principal, id)
  const { tenantId } = principal
  const lanes = await ctx.store.write(tenantId, tx => setWatch(tx, { tenantId, id, on, interval }))
  ctx.workers.forget()
  if (on) for (const lane of lanes) ctx.workers.wake({ tenantId, lane })
  return getCodebase(ctx, principal, id)
}
