import { PlatformError } from '@codetether/protocol/errors'
import type { IngestSession, SyncMessages, SyncSessions } from '@codetether/protocol/work/session'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import type { CodebaseRow } from '../../store/codebases.ts'
import { putSessionMessages } from '../../store/session-messages.ts'
import { putSessions, type ToldSession } from '../../store/sessions.ts'
import { getCodebase, getOwnCodebase } from './get-codebase.ts'

interface Teller {
  codebase: CodebaseRow
  workerId: string | null
}

/**
 * Who may tell of the sessions of a codebase: a worker that has it, and whoever has registered it. Throws NOT_FOUND for other
 * workers, which see no codebases, and FORBIDDEN for other callers and for a worker that names another one.
 */
async function tellerOf(
  ctx: Context,
  principal: Principal,
  { codebaseId, named }: { codebaseId: string; named: string | undefined },
): Promise<Teller> {
  const acting = principal.worker?.id
  const codebase = await (acting === undefined ? getOwnCodebase : getCodebase)(ctx, principal, codebaseId)
  const isOwner = (workerId: string | undefined) => codebase.owners.some(owner => owner.workerId === workerId)
  if (acting === undefined) return { codebase, workerId: named !== undefined && isOwner(named) ? named : null }
  if (!isOwner(acting)) throw new PlatformError('NOT_FOUND', 'there is no such codebase')
  if (named !== undefined && named !== acting)
    throw new PlatformError('FORBIDDEN', `the token is not that of the worker ${named}`)
  return { codebase, workerId: acting }
}

/** What is told twice in one call counts as it was told last. */
const once = <T extends { id: string }>(told: readonly T[]): T[] => [
  ...new Map(told.map(one => [one.id, one])).values(),
]

/** Takes what is told of the sessions of a codebase. Throws as `tellerOf`. @returns how many sessions. */
export async function syncSessions(
  ctx: Context,
  principal: Principal,
  { codebaseId, sessions, worker_id }: SyncSessions & { codebaseId: string },
): Promise<number> {
  const { codebase, workerId } = await tellerOf(ctx, principal, { codebaseId, named: worker_id })
  const { tenantId, id } = codebase
  // Of two versions in one call the later one stays, whatever their order.
  const inTime = sessions.toSorted((a, b) => (a.updatedAt ?? 0) - (b.updatedAt ?? 0))
  const told = once(inTime).map((session): ToldSession => ({ ...session, source: null, workerId }))
  if (told.length > 0) await ctx.store.write(tenantId, tx => putSessions(tx, { tenantId, codebaseId: id }, told))
  return told.length
}

const nothingTold = {
  title: null,
  directory: null,
  projectId: null,
  version: null,
  summary: null,
  toldMessages: null,
  createdAt: null,
  updatedAt: null,
}

/** Takes messages of a session, which may come before anything else is told of it. @returns how many messages. */
export const syncMessages = (
  ctx: Context,
  principal: Principal,
  given: SyncMessages & { codebaseId: string; id: string },
): Promise<number> => tell(ctx, principal, { ...given, about: { ...nothingTold, source: null } })

/** Takes a session of some program with messages of it. @returns how many messages. */
export const ingestSession = (
  ctx: Context,
  principal: Principal,
  { session, source, ...given }: IngestSession & { codebaseId: string; id: string },
): Promise<number> => tell(ctx, principal, { ...given, about: { ...session, source } })

async function tell(
  ctx: Context,
  principal: Principal,
  given: SyncMessages & { codebaseId: string; id: string; about: Omit<ToldSession, 'id' | 'workerId'> },
): Promise<number> {
  const { codebaseId, id, worker_id: named } = given
  const { codebase, workerId } = await tellerOf(ctx, principal, { codebaseId, named })
  const { tenantId } = codebase
  const messages = once(given.messages)
  const about = { ...given.about, id, workerId }
  await ctx.store.write(tenantId, tx =>
    putSessionMessages(tx, { tenantId, codebaseId: codebase.id, id }, { about, messages }),
  )
  return messages.length
}
