import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { type Blob, insertBlobs } from './blobs.ts'
import { insertTasks, type NewTask, type SerializedTask, serializeTask } from './insert-tasks.ts'
import type { Store } from './store.ts'

/** A task to be stored, with the files that its rows name. */
export interface Submission {
  task: NewTask
  blobs: readonly Blob[]
}

interface Waiting extends Submission {
  json: SerializedTask
  resolve(at: Date | null): void
  reject(error: unknown): void
}

interface Queue {
  waiting: Waiting[]
  inFlight: number
  /** A flush is due at the end of this turn of the event loop. */
  scheduled: boolean
}

/** Group commit: submissions of one tenant that arrive together share a transaction. */
export interface Submissions {
  /** Resolves after COMMIT with the database's time, or with null if the message id is known already. */
  add(tenantId: string, submission: Submission): Promise<Date | null>
}

/** With two, the next group is gathered and built while PostgreSQL commits the one before. */
const transactionsAtOnce = 2

export function createSubmissions(store: Store): Submissions {
  const queues = new Map<string, Queue>()

  const flush = async (tenantId: string, queue: Queue): Promise<void> => {
    const group = queue.waiting.splice(0, groupLength(queue.waiting))
    queue.inFlight++
    await commit(store, tenantId, group)
    queue.inFlight--
    if (queue.waiting.length > 0) schedule(tenantId, queue)
    else if (queue.inFlight === 0) queues.delete(tenantId)
  }

  // The end of the turn, not a timer: what was read from the sockets together is stored together, and one submission
  // alone goes out at once.
  const schedule = (tenantId: string, queue: Queue): void => {
    if (queue.scheduled || queue.inFlight >= transactionsAtOnce) return
    queue.scheduled = true
    setImmediate(() => {
      queue.scheduled = false
      void flush(tenantId, queue)
    })
  }

  return {
    add(tenantId, submission) {
      const queue = queues.get(tenantId) ?? { waiting: [], inFlight: 0, scheduled: false }
      queues.set(tenantId, queue)
      return new Promise((resolve, reject) => {
        queue.waiting.push({ ...submission, json: serializeTask(submission.task), resolve, reject })
        schedule(tenantId, queue)
      })
    },
  }
}

/** How many of those that wait go together: a large one must not make its neighbours wait for a statement of 100 MB. */
function groupLength(waiting: readonly Waiting[]): number {
  let chars = 0
  const end = waiting.findIndex(({ json }, index) => {
    chars += json.length
    return index === limits.tasksPerCommit || (index > 0 && chars > limits.charsPerCommit)
  })
  return end === -1 ? waiting.length : end
}

/** Never rejects: each member of the group has an outcome of its own. */
async function commit(store: Store, tenantId: string, group: readonly Waiting[]): Promise<void> {
  try {
    const stored = await insert(store, tenantId, group)
    for (const { task, resolve } of group) resolve(stored.get(task.id) ?? null)
  } catch (error) {
    const [only] = group
    const isLost = error instanceof PlatformError && error.code === 'UNAVAILABLE'
    if (group.length === 1 && only) only.reject(error)
    else if (isLost) for (const { reject } of group) reject(error)
    // One bad row, or one message id twice in the group: the neighbours are not to blame.
    else for (const member of group) await commit(store, tenantId, [member])
  }
}

const orderOf = ({ id, principal, agent, request }: NewTask): string =>
  request ? `${principal} ${agent} ${request.messageId}` : id

async function insert(store: Store, tenantId: string, group: readonly Waiting[]): Promise<Map<string, Date>> {
  // In one order everywhere, so that two groups with the same message ids wait in one direction only.
  const members = group.toSorted((a, b) => (orderOf(a.task) < orderOf(b.task) ? -1 : 1))
  const tasks = members.map(({ json }) => json)
  const blobs = group.flatMap(({ task, blobs }) => blobs.map(blob => ({ ...blob, taskId: task.id })))
  const rows = await store.write(tenantId, async tx => {
    const [inserted] = await Promise.all([insertTasks(tx, tenantId, tasks), insertBlobs(tx, tenantId, blobs)])
    return inserted
  })
  return new Map(rows.map(({ id, at }) => [id, at]))
}
