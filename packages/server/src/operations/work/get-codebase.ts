import { PlatformError } from '@codetether/protocol/errors'
import { isUuid } from '@codetether/protocol/uuid'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { type CodebaseRow, findCodebase } from '../../store/codebases.ts'
import { callerOf } from './worker-of.ts'

const notFound = () => new PlatformError('NOT_FOUND', 'there is no such codebase')

/** A codebase as it stands for the caller. Throws NOT_FOUND. */
export async function getCodebase({ store }: Context, principal: Principal, id: string): Promise<CodebaseRow> {
  const { tenantId } = principal
  const key = { tenantId, id, principal: callerOf(principal) }
  const row = isUuid(id) ? await store.read(tenantId, tx => findCodebase(tx, key)) : null
  if (!row) throw notFound()
  return row
}

/** A codebase of this caller. Throws NOT_FOUND, or FORBIDDEN for one that somebody else has registered. */
export async function getOwnCodebase(ctx: Context, principal: Principal, id: string): Promise<CodebaseRow> {
  const codebase = await getCodebase(ctx, principal, id)
  if (codebase.principal === principal.id) return codebase
  throw new PlatformError('FORBIDDEN', 'somebody else has registered this codebase')
}
