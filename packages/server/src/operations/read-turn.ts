import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { Context } from '../context.ts'
import { findHistories } from '../store/find-history.ts'
import type { TaskRow } from '../store/tasks.ts'
import { insertFiles } from './inline-files.ts'

/** What an attempt of the task's current turn is given. */
export async function readTurn(ctx: Context, { tenantId, id }: Pick<TaskRow, 'tenantId' | 'id'>): Promise<Message[]> {
  const turns = await readTurns(ctx, tenantId, [id])
  return turns.get(id) ?? []
}

/** The same for several tasks of a tenant. */
export async function readTurns(
  { store }: Context,
  tenantId: string,
  taskIds: readonly string[],
): Promise<Map<string, Message[]>> {
  const key = { tenantId, taskIds, limit: limits.historyLength }
  const rows = await store.read(tenantId, tx => findHistories(tx, key))
  const events = rows.map(row => ({ kind: 'message' as const, ...row }))
  const complete = await insertFiles(fn => store.read(tenantId, fn), tenantId, events)
  const turns = new Map<string, Message[]>(taskIds.map(id => [id, []]))
  for (const { taskId, message } of complete) turns.get(taskId)?.push(message)
  return turns
}
