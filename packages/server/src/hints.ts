/** A reader's side of the hints about one task. */
export interface Subscription extends Disposable {
  /**
   * Resolves when a hint arrived since the last call, after `pollMs` without one, or on abort. Subscribe before
   * reading: a hint between the read and this call is kept.
   */
  next(pollMs: number, signal: AbortSignal): Promise<void>
}

/** Wake-ups for the readers of tasks. A hint may be lost: readers also poll, and read the log, never the hint. */
export interface Hints {
  publish(taskId: string): void
  subscribe(taskId: string): Subscription
}

class Waiter implements Subscription {
  readonly #leave: () => void
  #hinted = false
  #wake: (() => void) | null = null

  constructor(leave: () => void) {
    this.#leave = leave
  }

  hint() {
    this.#hinted = true
    this.#wake?.()
  }

  async next(pollMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#hinted && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      const timer = setTimeout(resolve, pollMs)
      signal.addEventListener('abort', this.#wake, { once: true })
      await promise
      clearTimeout(timer)
      signal.removeEventListener('abort', this.#wake)
      this.#wake = null
    }
    this.#hinted = false
  }

  [Symbol.dispose]() {
    this.#leave()
  }
}

/** Hints within one process. */
export function createHints(): Hints {
  const waiters = new Map<string, Set<Waiter>>()
  return {
    publish(taskId) {
      for (const waiter of waiters.get(taskId) ?? []) waiter.hint()
    },
    subscribe(taskId) {
      const group = waiters.get(taskId) ?? new Set()
      waiters.set(taskId, group)
      const waiter = new Waiter(() => {
        group.delete(waiter)
        if (group.size === 0 && waiters.get(taskId) === group) waiters.delete(taskId)
      })
      group.add(waiter)
      return waiter
    },
  }
}
