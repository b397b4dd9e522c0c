import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { PushWish } from '@codetether/protocol/push-config'
import type { Context } from '../context.ts'
import { newId } from '../ids.ts'
import type { Principal } from '../principal.ts'
import {
  deletePushConfig,
  findPushConfig,
  listPushConfigs,
  type NewPushConfig,
  type PushConfigRow,
  putPushConfig,
} from '../store/push-configs.ts'
import type { WireVersion } from '../store/tasks.ts'
import { peekTask } from './get-task.ts'
import { type PushRow, scopeOf, toSecretText } from './push-secrets.ts'

interface PushRequest {
  taskId: string
  wireVersion: WireVersion
  wish: PushWish
}

/** A configuration as it is stored: its secrets open in this row alone. */
export function sealPushConfig(
  { sealer }: Pick<Context, 'sealer'>,
  { tenantId, id: principal }: Principal,
  { taskId, wireVersion, wish }: PushRequest,
): NewPushConfig {
  const row: PushRow = { tenantId, taskId, id: wish.id ?? newId() }
  return {
    taskId,
    id: row.id,
    principal,
    wireVersion,
    url: wish.url,
    authScheme: wish.authentication?.scheme ?? null,
    sealed: sealer.seal(scopeOf(row), toSecretText(wish)),
  }
}

/**
 * Registers who wants to be told of a task, or changes it by its id; the URL is checked by now. What happens from here on is
 * told. Throws TASK_NOT_FOUND, and INVALID_PARAMS when the task has enough of them.
 */
export async function putPush(ctx: Context, principal: Principal, request: PushRequest): Promise<PushConfigRow> {
  const { tenantId } = principal
  const { id: taskId } = await peekTask(ctx, principal, request.taskId)
  const config = sealPushConfig(ctx, principal, { ...request, taskId })
  if (await ctx.store.write(tenantId, tx => putPushConfig(tx, tenantId, config))) {
    // One that replaces another may be what was waited for.
    ctx.pushes.wake()
    return config
  }
  const most = `a task has at most ${limits.pushConfigsPerTask} push notification configs`
  throw new PlatformError('INVALID_PARAMS', most, { fieldViolations: [{ field: 'taskId', description: most }] })
}

/** One configuration of a task. Throws TASK_NOT_FOUND for both. */
export async function getPush(
  ctx: Context,
  principal: Principal,
  of: { taskId: string; id: string },
): Promise<PushConfigRow> {
  const { tenantId } = principal
  const { id: taskId } = await peekTask(ctx, principal, of.taskId)
  const found = await ctx.store.read(tenantId, tx => findPushConfig(tx, { tenantId, taskId, id: of.id }))
  if (found) return found
  throw new PlatformError('TASK_NOT_FOUND', 'the task has no such push notification config')
}

/** The configurations of a task, or as many as fit a page. Throws TASK_NOT_FOUND, and INVALID_PARAMS for a strange token. */
export async function listPush(
  ctx: Context,
  principal: Principal,
  { taskId: given, pageSize, pageToken }: { taskId: string; pageSize: number; pageToken: string },
): Promise<{ configs: PushConfigRow[]; nextPageToken: string }> {
  const { tenantId } = principal
  const { id: taskId } = await peekTask(ctx, principal, given)
  const scope = JSON.stringify(['push configs', tenantId, principal.id, taskId])
  const after = pageToken === '' ? '' : ctx.cursors.open(scope, pageToken)
  if (after === null)
    throw new PlatformError('INVALID_PARAMS', 'the page token is not one of this listing', {
      fieldViolations: [{ field: 'pageToken', description: 'is not a token from nextPageToken' }],
    })
  const limit = pageSize || limits.pushConfigsPerTask
  const found = await ctx.store.read(tenantId, tx =>
    listPushConfigs(tx, { tenantId, taskId, id: after, limit: limit + 1 }),
  )
  const configs = found.slice(0, limit)
  const last = configs.at(-1)
  return { configs, nextPageToken: found.length > limit && last ? ctx.cursors.seal(scope, last.id) : '' }
}

/** Deletes a configuration of a task. One that is not there is deleted already. Throws TASK_NOT_FOUND. */
export async function deletePush(
  ctx: Context,
  principal: Principal,
  of: { taskId: string; id: string },
): Promise<void> {
  const { tenantId } = principal
  const { id: taskId } = await peekTask(ctx, principal, of.taskId)
  await ctx.store.write(tenantId, tx => deletePushConfig(tx, { tenantId, taskId, id: of.id }))
}
