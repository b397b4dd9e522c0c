import { Wake } from './wake.ts'

/** A reader's side of the hints about one task. */
export interface Subscription extends Disposable {
  /**
   * Resolves when a hint arrived since the last call, after `pollMs` without one, or on abort. Subscribe before
   * reading: a hint between the read and this call is kept.
   */
  next(pollMs: number, signal: AbortSignal): Promise<void>
}

export interface TaskKey {
  tenantId: string
  taskId: string
}

/** Wake-ups for the readers of tasks. A hint may be lost: readers read the log, never the hint. */
export interface Hints {
  /** Wakes the readers in this process, and by way of the bus those in others. */
  publish(taskId: string): void
  /** Wakes the readers in this process. */
  wake(taskId: string): void
  wakeAll(): void
  subscribe(task: TaskKey): Subscription
  /** The tasks that somebody follows. */
  followed(): TaskKey[]
}

class Waiter extends Wake implements Subscription {
  readonly #leave: () => void

  constructor(leave: () => void) {
    super()
    this.#leave = leave
  }

  [Symbol.dispose]() {
    this.#leave()
  }
}

interface Group {
  task: TaskKey
  waiters: Set<Waiter>
}

/** Hints within one process. `send` takes those that the others are to have too. */
export function createHints(send: (taskId: string) => void = () => undefined): Hints {
  const groups = new Map<string, Group>()
  const wake = (taskId: string) => {
    for (const waiter of groups.get(taskId)?.waiters ?? []) waiter.wake()
  }
  return {
    wake,
    publish(taskId) {
      wake(taskId)
      send(taskId)
    },
    wakeAll() {
      for (const taskId of groups.keys()) wake(taskId)
    },
    subscribe(task) {
      const { taskId } = task
      const group = groups.get(taskId) ?? { task, waiters: new Set() }
      groups.set(taskId, group)
      const waiter = new Waiter(() => {
        group.waiters.delete(waiter)
        if (group.waiters.size === 0 && groups.get(taskId) === group) groups.delete(taskId)
      })
      group.waiters.add(waiter)
      return waiter
    },
    followed: () => [...groups.values()].map(group => group.task),
  }
}
