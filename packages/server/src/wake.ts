/** Wakes one sleeper. A wake-up while nobody sleeps is kept. */
export class Wake {
  #woken = false
  #wake: (() => void) | null = null

  wake() {
    this.#woken = true
    this.#wake?.()
  }

  /** Resolves when woken since the last call, after `pollMs` without it, or on abort. */
  async next(pollMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wake = () => resolve()
      this.#wake = wake
      const timer = setTimeout(wake, pollMs)
      signal.addEventListener('abort', wake, { once: true })
      await promise
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      this.#wake = null
    }
    this.#woken = false
  }
}
