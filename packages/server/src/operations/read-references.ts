import type { ReferencedTask } from '@codetether/agents/define-agent'
import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import { isUuid } from '@codetether/protocol/uuid'
import type { Context } from '../context.ts'
import { findTask } from '../store/read-tasks.ts'
import type { Attempt } from './attempt.ts'
import { insertSnapshotFiles } from './inline-files.ts'

/** The tasks of the principal that a message refers to, as far as they are there. */
export async function readReferences(
  { store }: Context,
  { tenantId, id: principal }: Attempt['principal'],
  message: Message | undefined,
): Promise<ReferencedTask[]> {
  const ids = [...new Set(message?.referenceTaskIds)].filter(isUuid)
  const found: ReferencedTask[] = []
  // One after the other: the tasks may be large, and the agent holds them all.
  for (const id of ids) {
    const key = { tenantId, principal, id, messageLimit: limits.historyLength }
    const snapshot = await store.read(tenantId, tx => findTask(tx, key))
    if (!snapshot) continue
    const [whole = snapshot] = await insertSnapshotFiles(fn => store.read(tenantId, fn), tenantId, [snapshot])
    const { task, messages, artifacts } = whole
    found.push({
      ...{ id, contextId: task.contextId, state: task.state, artifacts },
      messages: messages.map(({ message }) => message),
    })
  }
  return found
}
