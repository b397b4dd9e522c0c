import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { type CodebaseStatus, countOpen, findLastSession, listOpen } from '../../store/open-work.ts'
import { getCodebase } from './get-codebase.ts'

const mostShown = 20

/** How a codebase stands for a caller. Throws NOT_FOUND. */
export async function codebaseStatus(ctx: Context, principal: Principal, id: string): Promise<CodebaseStatus> {
  const codebase = await getCodebase(ctx, principal, id)
  const { tenantId } = principal
  const scope = { tenantId, codebaseId: codebase.id, principal: principal.id }
  const [counts, active, session] = await ctx.store.read(tenantId, tx =>
    Promise.all([
      countOpen(tx, scope),
      listOpen(tx, { ...scope, states: ['working', 'input-required', 'auth-required'], limit: mostShown }),
      findLastSession(tx, scope),
    ]),
  )
  return { codebase, counts, active, sessionId: session?.sessionId ?? null }
}
