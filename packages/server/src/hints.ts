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
  /** Wakes the readers in this process, because of a log up to `lastSeq` if that is known. */
  wake(taskId: string, lastSeq?: number): void
  wakeAll(): void
  /** @param known what the reader has of the log before it reads. */
  subscribe(task: TaskKey, known?: News | null): Subscription
  /** The tasks that somebody follows, and up to where all of their readers were told of the log. */
  followed(): (TaskKey & { lastSeq: number })[]
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
  lastSeq: number
  waiters: Set<Waiter>
}

/** Hints within one process. `send` takes those that the others are to have too. */
export function createHints(send: (taskId: string) => void = () => undefined): Hints {
  const groups = new Map<string, Group>()
  const hint = (taskId: string, lastSeq: number, news?: News) => {
    const group = groups.get(taskId)
    if (!group) return
    group.lastSeq = Math.max(group.lastSeq, lastSeq)
    for (const waiter of group.waiters) waiter.hint(news)
  }
  return {
    wake: (taskId, lastSeq = 0) => hint(taskId, lastSeq),
    publish(taskId, news) {
      hint(taskId, news?.lastSeq ?? 0, news)
      send(taskId)
    },
    wakeAll() {
      for (const taskId of groups.keys()) hint(taskId, 0)
    },
    subscribe(task, known = null) {
      // Callers may spell the id as they like; the log has it in lower case.
      const taskId = task.taskId.toLowerCase()
      const group = groups.get(taskId) ?? { task, lastSeq: known?.lastSeq ?? 0, waiters: new Set() }
      groups.set(taskId, group)
      const waiter = new Waiter(known, () => {
        group.waiters.delete(waiter)
        if (group.waiters.size === 0 && groups.get(taskId) === group) groups.delete(taskId)
      })
      group.waiters.add(waiter)
      return waiter
    },
    followed: () => [...groups.values()].map(({ task, lastSeq }) => ({ ...task, lastSeq })),
  }
}
