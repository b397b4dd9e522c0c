/** Something that may be waited for, or not for too long. */
export class Hint {
  readonly #waiting = new Set<() => void>()

  give(): void {
    for (const resolve of this.#waiting) resolve()
  }

  /** Resolves with the next hint, after so many milliseconds, or on abort. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    this.#waiting.add(wake)
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake, { once: true })
    await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
    this.#waiting.delete(wake)
  }
}
