import { type LogPart, type News, NewsBuffer } from './news.ts'
import { Wake } from './wake.ts'

/** A reader's side of the hints about one task. */
export interface Subscription extends Disposable {
  /**
   * Resolves when a hint arrived since the last call, after `pollMs` without one, or on abort. Subscribe before
   * reading: a hint between the read and this call is kept.
   */
  next(pollMs: number, signal: AbortSignal): Promise<void>
  /** What this process has added to the log right behind `afterSeq`, or null: then the reader reads the log. */
  take(afterSeq: number): LogPart | null
}

export interface TaskKey {
  tenantId: string
  taskId: string
}

/** Wake-ups for the readers of tasks. A hint may be lost: what it does not tell without a gap, readers read in the log. */
export interface Hints {
  /** Wakes the readers in this process, who get the news too, and by way of the bus those in others. */
  publish(taskId: string, news?: News): void
  /** Wakes the readers in this process. */
  wake(taskId: string): void
  wakeAll(): void
  /** @param known what the reader has of the log before it reads. */
  subscribe(task: TaskKey, known?: News | null): Subscription
  /** The tasks that somebody follows. */
  followed(): TaskKey[]
}

class Waiter extends Wake implements Subscription {
  readonly #news: NewsBuffer
  readonly #leave: () => void

  constructor(known: News | null, leave: () => void) {
    super()
    this.#news = new NewsBuffer(known)
    this.#leave = leave
  }

  hint(news?: News) {
    if (news) this.#news.add(news)
    else this.#news.forget()
    this.wake()
  }

  take(afterSeq: number): LogPart | null {
    return this.#news.take(afterSeq)
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
  const hint = (taskId: string, news?: News) => {
    for (const waiter of groups.get(taskId)?.waiters ?? []) waiter.hint(news)
  }
  return {
    wake: taskId => hint(taskId),
    publish(taskId, news) {
      hint(taskId, news)
      send(taskId)
    },
    wakeAll() {
      for (const taskId of groups.keys()) hint(taskId)
    },
    subscribe(task, known = null) {
      // Callers may spell the id as they like; the log has it in lower case.
      const taskId = task.taskId.toLowerCase()
      const group = groups.get(taskId) ?? { task, waiters: new Set() }
      groups.set(taskId, group)
      const waiter = new Waiter(known, () => {
        group.waiters.delete(waiter)
        if (group.waiters.size === 0 && groups.get(taskId) === group) groups.delete(taskId)
      })
      group.waiters.add(waiter)
      return waiter
    },
    followed: () => [...groups.values()].map(group => group.task),
  }
}
