import { limits } from '@codetether/protocol/limits'
import { type Blob, insertBlobs } from './blobs.ts'
import { changeTask, type TaskChange } from './change-task.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import type { Store, Writer } from './store.ts'
import type { TaskRow } from './tasks.ts'

/** A change of a task, with the files that its rows name. */
export interface Change {
  change: TaskChange
  blobs: readonly Blob[]
}

interface Member extends Change {
  plan: string
}

/** Changes that share transactions: resolves with what `changeTask` returns. */
export type Changes = GroupCommit<Change, TaskRow | null>

export function createChanges(store: Store): Changes {
  const groups = createGroupCommit<Member, TaskRow | null>({
    most: limits.tasksPerCommit,
    mostChars: limits.charsPerCommit,
    charsOf: ({ plan }) => plan.length,
    commit: (tenantId, group) => apply(store, tenantId, group),
  })
  return { add: (tenantId, item) => groups.add(tenantId, { ...item, plan: JSON.stringify(item.change.plan) }) }
}

async function apply(store: Store, tenantId: string, group: readonly Member[]): Promise<(TaskRow | null)[]> {
  // Rows of tasks are locked in one order everywhere; changes of one task stay in the order in which they came.
  const members = group.toSorted((a, b) => compare(a.change.taskId, b.change.taskId))
  const rows = await store.write(tenantId, tx => Promise.all(members.map(member => applyOne(tx, tenantId, member))))
  const byMember = new Map(members.map((member, index) => [member, rows[index] ?? null]))
  return group.map(member => byMember.get(member) ?? null)
}

async function applyOne(tx: Writer, tenantId: string, { change, plan, blobs }: Member): Promise<TaskRow | null> {
  const files = blobs.map(blob => ({ ...blob, taskId: change.taskId }))
  const [row] = await Promise.all([changeTask(tx, tenantId, change, plan), insertBlobs(tx, tenantId, files)])
  return row
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
