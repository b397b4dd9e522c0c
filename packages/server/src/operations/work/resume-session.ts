import type { WorkRequest } from '@codetether/protocol/work/create-work'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import type { WorkRow } from '../../store/read-work.ts'
import type { SessionRow } from '../../store/sessions.ts'
import { createWork } from './create-work.ts'
import { getWork } from './get-work.ts'
import { getSession } from './sessions.ts'

/**
 * A task that goes on with a session, behind those that it has already. With a key, sending it again finds its task. Throws
 * NOT_FOUND for a session that is not there, FORBIDDEN for one of somebody else, and CONFLICT for a key of another body.
 */
export async function resumeSession(
  ctx: Context,
  principal: Principal,
  { codebaseId, id, request, key }: { codebaseId: string; id: string; request: WorkRequest; key: string | null },
): Promise<{ session: SessionRow; task: WorkRow; isNew: boolean }> {
  const session = await getSession(ctx, principal, { codebaseId, id })
  const { taskId, isNew } = await createWork(ctx, principal, {
    // The id as it was given: a worker may tell of another one before the request comes again.
    request: { ...request, codebaseId: session.codebaseId, session_id: id },
    key,
    resumes: session.id,
  })
  return { session, task: await getWork(ctx, principal, taskId), isNew }
}
