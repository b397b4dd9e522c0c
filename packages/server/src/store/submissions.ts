import { limits } from '@codetether/protocol/limits'
import { type Blob, insertBlobs } from './blobs.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { insertTasks, type NewTask, type SerializedTask, serializeTask } from './insert-tasks.ts'
import { type NewPushConfig, putPushConfig } from './push-configs.ts'
import type { Store } from './store.ts'
import { insertWork, type NewWork } from './work.ts'

/** A task to be stored, with the files that its rows name, and who wants to be told of it. */
export interface Submission {
  task: NewTask
  blobs: readonly Blob[]
  push?: NewPushConfig | null
  /** Set for work of workers. */
  work?: NewWork | null
}

interface Member extends Submission {
  json: SerializedTask
}

/** Submissions that share transactions: resolves with the database's time, or with null if the message id is known. */
export type Submissions = GroupCommit<Submission, Date | null>

export function createSubmissions(store: Store): Submissions {
  const groups = createGroupCommit<Member, Date | null>({
    most: limits.tasksPerCommit,
    mostChars: limits.charsPerCommit,
    charsOf: ({ json }) => json.length,
    commit: (tenantId, members) => insert(store, tenantId, members),
  })
  return { add: (tenantId, item) => groups.add(tenantId, { ...item, json: serializeTask(item.task) }) }
}

const orderOf = ({ id, principal, agent, request }: NewTask): string =>
  request ? `${principal} ${agent} ${request.messageId}` : id

async function insert(store: Store, tenantId: string, group: readonly Member[]): Promise<(Date | null)[]> {
  // In one order everywhere, so that two groups with the same message ids wait in one direction only.
  const members = group.toSorted((a, b) => (orderOf(a.task) < orderOf(b.task) ? -1 : 1))
  const tasks = members.map(({ json }) => json)
  const blobs = group.flatMap(({ task, blobs }) => blobs.map(blob => ({ ...blob, taskId: task.id })))
  const work = group.flatMap(({ task, work }) => (work ? [{ ...work, id: task.id }] : []))
  const rows = await store.write(tenantId, async tx => {
    const [inserted] = await Promise.all([
      insertTasks(tx, tenantId, tasks),
      insertBlobs(tx, tenantId, blobs),
      // Behind the tasks: those whose message id is known are not there.
      insertWork(tx, tenantId, work),
      ...group.flatMap(({ push }) => (push ? [putPushConfig(tx, tenantId, push, true)] : [])),
    ])
    return inserted
  })
  const stored = new Map(rows.map(({ id, at }) => [id, at]))
  return group.map(({ task }) => stored.get(task.id) ?? null)
}
