/**
 * The right to one attempt of a task, or the place of a task that waits for one: then without an owner, and `seconds`
 * says from when on somebody may take it. Times are the database's.
 */
export interface Lease {
  /** The instance that runs the task, or the key of the worker that does. */
  owner: string | null
  /** What every write of the attempt shows. */
  token: string
  /** Null for a task that a worker may take at once. */
  seconds: number | null
}

/** The fence of a running attempt: a write counts only while the task's row shows the same attempt and token. */
export interface Fence {
  attempt: number
  token: string
  /** Who has to hold the lease, where the token alone does not tell. */
  owner?: string
}

/** A place in the queue: the task may be taken after so many seconds. */
export const queued = (seconds = 0): Lease => ({ owner: null, token: crypto.randomUUID(), seconds })

/** A place among the tasks for workers: ready now, or after so many seconds. */
export const readyForWorker = (seconds = 0): Lease => ({
  owner: null,
  token: crypto.randomUUID(),
  seconds: seconds > 0 ? seconds : null,
})
