import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { getOwnCodebase } from './get-codebase.ts'
import { sendErrand } from './send-errand.ts'

export interface Sync {
  id: string
  /** `pack`: the tree becomes the archive. `unpack`: the archive comes into the tree. */
  action: 'pack' | 'unpack'
  /** Only this worker; null: one that has the codebase. */
  workerId: string | null
}

/**
 * Asks a worker that has a codebase to pack its tree, or to unpack the archive into it. Throws NOT_FOUND, FORBIDDEN for a codebase of
 * somebody else, and CONFLICT for one that has no archive to unpack. @returns the id of the task.
 */
export async function syncCodebase(
  ctx: Context,
  principal: Principal,
  { id, action, workerId }: Sync,
): Promise<{ codebaseId: string; taskId: string }> {
  const codebase = await getOwnCodebase(ctx, principal, id)
  if (action === 'unpack' && codebase.archive === null)
    throw new PlatformError('CONFLICT', 'the codebase has no archive: upload one first')
  const taskId = await sendErrand(ctx, principal, {
    ...{ errand: action, agentType: 'sync_codebase', codebaseId: codebase.id, workerId, key: null },
    title: `${action === 'pack' ? 'Pack' : 'Unpack into'} ${codebase.name}`,
    deadlineSeconds: limits.syncDeadlineSeconds,
  })
  return { codebaseId: codebase.id, taskId }
}
