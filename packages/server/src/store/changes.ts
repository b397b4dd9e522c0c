import { limits } from '@codetether/protocol/limits'
import { type Blob, insertBlobs } from './blobs.ts'
import { changeTask, changeTasks, type SerializedChange, type TaskChange } from './change-task.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import type { Store, Writer } from './store.ts'
import type { TaskRow } from './tasks.ts'

/** A change of a task, with the files that its rows name. */
export interface Change {
  change: TaskChange
  json: SerializedChange
  blobs: readonly Blob[]
}

/**
 * Changes that share transactions: resolves with the row after the change, or with null if the task is not there, in
 * another state, held by another attempt, has a message that nobody has read, or the message id is known.
 */
export type Changes = GroupCommit<Change, TaskRow | null>

export function createChanges(store: Store): Changes {
  return createGroupCommit({
    most: limits.tasksPerCommit,
    mostChars: limits.charsPerCommit,
    charsOf: ({ json }) => json.length,
    keyOf: ({ change }) => change.taskId,
    commit: (tenantId, group) => apply(store, tenantId, group),
  })
}

async function apply(store: Store, tenantId: string, group: readonly Change[]): Promise<(TaskRow | null)[]> {
  const rows = await store.write(tenantId, tx => applyAll(tx, tenantId, group))
  const byTask = new Map(rows.map(row => [row?.id, row]))
  return group.map(({ change }) => byTask.get(change.taskId) ?? null)
}

async function applyAll(tx: Writer, tenantId: string, group: readonly Change[]): Promise<(TaskRow | null)[]> {
  // Rows of tasks are locked in one order everywhere.
  const members = group.toSorted((a, b) => (a.change.taskId < b.change.taskId ? -1 : 1))
  const alone = members.filter(({ change }) => change.request)
  const together = members.filter(({ change }) => !change.request).map(({ json }) => json)
  const blobs = members.flatMap(({ change, blobs }) => blobs.map(blob => ({ ...blob, taskId: change.taskId })))
  const [rows, others] = await Promise.all([
    together.length > 0 ? changeTasks(tx, tenantId, together) : [],
    Promise.all(alone.map(({ change, json }) => changeTask(tx, tenantId, change, json))),
    insertBlobs(tx, tenantId, blobs),
  ])
  return [...rows, ...others]
}
