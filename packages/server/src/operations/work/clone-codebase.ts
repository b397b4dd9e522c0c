import { createHash } from 'node:crypto'
import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { beginClone, nameCloneTask, putClone, putGitToken } from '../../store/clones.ts'
import type { NewCodebase } from '../../store/codebases.ts'
import { cancelTask } from '../cancel-task.ts'
import { sendErrand } from './send-errand.ts'

const wellKnownHosts = ['github.com', 'gitlab.com', 'bitbucket.org', 'dev.azure.com']

/** To what a token is sealed: it opens for this codebase only. */
const scopeOf = (tenantId: string, codebaseId: string): string => JSON.stringify(['git token', tenantId, codebaseId])

export interface Clone {
  codebase: NewCodebase
  gitUrl: string
  gitToken: string | null
  /** Only this worker; null: whichever clones. */
  workerId: string | null
}

/**
 * Registers a clone of a remote and lets a worker make it, unless one has it or is at it. The same remote and branch of the same caller
 * are the same codebase. Throws INVALID_PARAMS for a host whose repositories may not be cloned. @returns the id of the codebase.
 */
export async function cloneCodebase(ctx: Context, principal: Principal, given: Clone): Promise<string> {
  const { codebase, gitUrl, gitToken, workerId } = given
  assertHost(ctx, gitUrl)
  const { tenantId } = principal
  const digest = createHash('sha256')
    .update(JSON.stringify([principal.id, gitUrl, codebase.gitBranch]))
    .digest()
  const { id, state } = await ctx.store.transact(tenantId, async tx => {
    const id = await putClone(tx, codebase, digest)
    const state = await beginClone(tx, tenantId, id)
    if (state && !state.isOwned && gitToken !== null)
      await putGitToken(tx, tenantId, id, ctx.sealer.seal(scopeOf(tenantId, id), gitToken))
    return { id, state }
  })
  if (state === null || state.isOwned || state.taskId !== null) return id
  const taskId = await sendErrand(ctx, principal, {
    ...{ errand: 'clone', agentType: 'clone_repo', codebaseId: id, workerId },
    title: `Clone ${gitUrl}`.slice(0, 512),
    key: `clone ${id} ${state.number}`,
    deadlineSeconds: null,
  })
  const naming = { tenantId, id, number: state.number, taskId }
  const isNamed = await ctx.store.write(tenantId, tx => nameCloneTask(tx, naming))
  // Deleted in this moment: nobody else knows of the task.
  if (!isNamed) await endClone(ctx, principal, taskId)
  return id
}

function assertHost({ config }: Context, gitUrl: string): void {
  const host = new URL(gitUrl).hostname.replace(/^\[|\]$/g, '')
  if ([...wellKnownHosts, ...config.codebases.gitHosts].includes(host)) return
  throw new PlatformError('INVALID_PARAMS', `repositories of ${host} are not cloned`, {
    fieldViolations: [
      { field: 'git_url', description: `must be on ${wellKnownHosts.join(', ')} or a host of CODETETHER_GIT_HOSTS` },
    ],
  })
}

/** Ends the task that clones a codebase. @returns false if it has ended by itself, or is not kept any more. */
export async function endClone(ctx: Context, principal: Principal, taskId: string): Promise<boolean> {
  try {
    await cancelTask(ctx, principal, taskId)
    return true
  } catch (error) {
    if (error instanceof PlatformError && ['TASK_NOT_CANCELABLE', 'TASK_NOT_FOUND'].includes(error.code)) return false
    throw error
  }
}

/** What the remote of a codebase wants to see; null if nothing was given, or it was sealed with another master secret. */
export const openGitToken = (
  { sealer }: Pick<Context, 'sealer'>,
  { tenantId, codebaseId, sealed }: { tenantId: string; codebaseId: string; sealed: Buffer | null },
): string | null => sealed && sealer.open(scopeOf(tenantId, codebaseId), sealed)
