import { PlatformError } from '@codetether/protocol/errors'
import { isUuid } from '@codetether/protocol/uuid'
import type { CodebaseRegistration } from '@codetether/protocol/work/codebase'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import type { Principal } from '../../principal.ts'
import { type CodebaseRow, deleteCodebase, findCodebase, putCodebase, setWatch } from '../../store/codebases.ts'
import { countOpen } from '../../store/open-work.ts'
import { deleteSessionMessages, deleteSessions } from '../../store/remove-sessions.ts'
import { type EndOpen, endOpen } from './end-open.ts'

const notFound = () => new PlatformError('NOT_FOUND', 'there is no such codebase')

/** Throws NOT_FOUND. */
export async function getCodebase({ store }: Context, { tenantId }: Principal, id: string): Promise<CodebaseRow> {
  const row = isUuid(id) ? await store.read(tenantId, tx => findCodebase(tx, tenantId, id)) : null
  if (!row) throw notFound()
  return row
}

/** Registers a codebase at once, whether or not a worker has it: without one its tasks wait. */
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
  const id = await ctx.store.write(tenantId, tx => putCodebase(tx, codebase))
  return getCodebase(ctx, principal, id)
}

/**
 * Deletes a codebase with its sessions. Nobody could take what waits in it any more, whoever has sent it: with `force` all that has
 * not ended is canceled, and else there must be nothing. Throws NOT_FOUND, FORBIDDEN for one that somebody else has registered, and
 * CONFLICT.
 * @returns how many tasks were canceled.
 */
export async function removeCodebase(
  ctx: Context,
  principal: Principal,
  { id, force }: { id: string; force: boolean },
): Promise<number> {
  await ownCodebase(ctx, principal, id)
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
  await forget(ctx, tenantId, id)
  ctx.workers.forget()
  ctx.activity.publish(scope.codebaseId)
  return endAll(ctx, { ...scope, actor: principal.id })
}

/** The messages of its sessions go in portions, before what names them. */
async function forget(ctx: Context, tenantId: string, codebaseId: string): Promise<void> {
  const portion = { tenantId, codebaseId, limit: 5_000 }
  for (let erased = portion.limit; erased === portion.limit; )
    erased = await ctx.store.write(tenantId, tx => deleteSessionMessages(tx, portion))
  // Whoever tells of sessions waits behind the codebase, and finds it gone.
  await ctx.store.write(tenantId, tx =>
    Promise.all([deleteCodebase(tx, tenantId, codebaseId), deleteSessions(tx, tenantId, codebaseId)]),
  )
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

/** A codebase that the principal has registered. Throws NOT_FOUND, or FORBIDDEN for one of somebody else. */
export async function ownCodebase(ctx: Context, principal: Principal, id: string): Promise<CodebaseRow> {
  const codebase = await getCodebase(ctx, principal, id)
  if (codebase.principal === principal.id) return codebase
  throw new PlatformError('FORBIDDEN', 'somebody else has registered this codebase')
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
  await ownCodebase(ctx, principal, id)
  const { tenantId } = principal
  const lanes = await ctx.store.write(tenantId, tx => setWatch(tx, { tenantId, id, on, interval }))
  ctx.workers.forget()
  if (on) for (const lane of lanes) ctx.workers.wake({ tenantId, lane })
  return getCodebase(ctx, principal, id)
}
