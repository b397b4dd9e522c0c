const baseMs = 500
const capMs = 30_000

/** Waits between tries, 0.5 s and then twice as long up to 30 s, each anywhere below that: workers do not come back together. */
export class BackOff {
  #tries = 0

  /** Milliseconds until the next try. */
  next(cap: number = capMs): number {
    const full = Math.min(cap, baseMs * 2 ** Math.min(this.#tries, 16))
    this.#tries += 1
    return Math.random() * full
  }

  reset(): void {
    this.#tries = 0
  }
}
