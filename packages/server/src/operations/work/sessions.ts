import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { listSessionMessages, type SessionMessageRow } from '../../store/session-messages.ts'
import { findSession, listSessions, type Place, type SessionRow } from '../../store/sessions.ts'
import { getOwnCodebase } from './get-codebase.ts'

/** A page of a listing. `before` is the token of the page before it. */
export interface PageRequest {
  before?: string | undefined
  offset?: number
  limit: number
}

const sealPlace = ({ cursors }: Context, scope: string, { at, id }: Place): string =>
  cursors.seal(scope, `${at.getTime()} ${id}`)

function openPlace({ cursors }: Context, scope: string, token: string | undefined): Place | null {
  if (token === undefined) return null
  const [, time, id] = cursors.open(scope, token)?.match(/^(\d+) (.+)$/s) ?? []
  if (time !== undefined && id !== undefined) return { at: new Date(Number(time)), id }
  throw new PlatformError('INVALID_PARAMS', 'this is no place in this listing', {
    fieldViolations: [{ field: 'before', description: 'is not the `next` of a page of this listing' }],
  })
}

/**
 * Sessions of a codebase, or of all that the principal has registered; those that were changed last come first. Throws
 * NOT_FOUND or FORBIDDEN for the codebase, INVALID_PARAMS for a token of another listing.
 */
export async function pageOfSessions(
  ctx: Context,
  principal: Principal,
  { codebaseId, before, offset = 0, limit }: PageRequest & { codebaseId?: string },
): Promise<{ sessions: SessionRow[]; next: string | null }> {
  const { tenantId, id: owner } = principal
  const of =
    codebaseId === undefined
      ? { principal: owner }
      : { codebaseId: (await getOwnCodebase(ctx, principal, codebaseId)).id }
  const scope = JSON.stringify(['sessions', tenantId, of])
  const filter = { tenantId, of, after: openPlace(ctx, scope, before), offset, limit: limit + 1 }
  const rows = await ctx.store.read(tenantId, tx => listSessions(tx, filter))
  const sessions = rows.slice(0, limit)
  const last = sessions.at(-1)
  const next = rows.length > limit && last ? sealPlace(ctx, scope, { at: last.updatedAt, id: last.id }) : null
  return { sessions, next }
}

/** A session by its id, or by the one that its tasks were given. Throws NOT_FOUND, or FORBIDDEN for a codebase of somebody else. */
export async function getSession(
  ctx: Context,
  principal: Principal,
  { codebaseId, id }: { codebaseId: string; id: string },
): Promise<SessionRow> {
  const { tenantId, id: codebase } = await getOwnCodebase(ctx, principal, codebaseId)
  const key = { tenantId, codebaseId: codebase, id }
  // No id has a NUL, and no database takes one.
  const row = id.includes('\0') ? null : await ctx.store.read(tenantId, tx => findSession(tx, key))
  if (row) return row
  throw new PlatformError('NOT_FOUND', 'the codebase has no such session')
}

/** Messages of a session, oldest first, beginning with the last page. Throws as `getSession`, or INVALID_PARAMS. */
export async function pageOfMessages(
  ctx: Context,
  principal: Principal,
  { codebaseId, id, before, limit }: PageRequest & { codebaseId: string; id: string },
): Promise<{ session: SessionRow; messages: SessionMessageRow[]; next: string | null }> {
  const session = await getSession(ctx, principal, { codebaseId, id })
  const { tenantId } = principal
  const key = { tenantId, codebaseId: session.codebaseId, id: session.id }
  const scope = JSON.stringify(['session messages', key])
  const after = openPlace(ctx, scope, before)
  const { page, more } = await ctx.store.read(tenantId, tx => listSessionMessages(tx, key, { after, limit }))
  const last = page.at(-1)
  const next = more && last ? sealPlace(ctx, scope, { at: last.createdAt, id: last.id }) : null
  return { session, messages: page.toReversed(), next }
}
