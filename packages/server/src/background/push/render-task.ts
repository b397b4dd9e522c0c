import { limits } from '@codetether/protocol/limits'
import type { Context } from '../../context.ts'
import { getTask, peekTask } from '../../operations/get-task.ts'
import { insertSnapshotFiles } from '../../operations/inline-files.ts'
import { sizeOf } from '../../operations/snapshot-size.ts'
import { presentTask } from '../../present/task-v03.ts'
import type { Principal } from '../../principal.ts'
import { measureTask } from '../../store/read-tasks.ts'

/**
 * A task as it is now, as text. Each change of a task is told with all of it, so one that is large is told of without
 * what makes it large, and says so: `metadata.omitted`.
 */
export async function renderTask(ctx: Context, principal: Principal, taskId: string): Promise<string> {
  const { tenantId } = principal
  const stored = await ctx.store.read(tenantId, tx => measureTask(tx, { tenantId, taskId }))
  if (stored <= limits.pushTaskBytes) {
    const body = JSON.stringify(presentTask(await getTask(ctx, principal, taskId, limits.historyLength)))
    if (Buffer.byteLength(body) <= limits.pushTaskBytes) return body
  }
  return renderOutline(ctx, principal, taskId)
}

/** What is always small, and the message of the status if it is. */
async function renderOutline(ctx: Context, principal: Principal, taskId: string): Promise<string> {
  const { tenantId } = principal
  const outline = { task: await peekTask(ctx, principal, taskId), messages: [], artifacts: [] }
  const omitted = ['history', 'artifacts']
  if (sizeOf(outline) > limits.pushTaskBytes / 2) {
    omitted.push('status.message')
    outline.task = { ...outline.task, statusMessage: null }
  }
  const [shown = outline] = await insertSnapshotFiles(fn => ctx.store.read(tenantId, fn), tenantId, [outline])
  const task = presentTask(shown)
  return JSON.stringify({ ...task, metadata: { ...task.metadata, omitted } })
}
