import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { Context } from '../context.ts'
import { findHistory } from '../store/find-history.ts'
import type { TaskRow } from '../store/tasks.ts'
import { insertFiles } from './inline-files.ts'

/** What an attempt of the task's current turn is given. */
export async function readTurn({ store }: Context, { tenantId, id }: TaskRow): Promise<Message[]> {
  const key = { tenantId, taskId: id, limit: limits.historyLength }
  const messages = await store.read(tenantId, tx => findHistory(tx, key))
  const events = messages.map(message => ({ kind: 'message' as const, message }))
  const complete = await insertFiles(fn => store.read(tenantId, fn), tenantId, events)
  return complete.map(event => event.message)
}
