import { RemoteError } from '@codetether/client/errors'

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

  /** The same after an error: not before the server wants to be asked again. */
  after(error: unknown): number {
    const asked = error instanceof RemoteError ? (error.retryAfter ?? 0) * 1000 : 0
    return Math.max(this.next(), Math.min(asked, capMs))
  }

  reset(): void {
    this.#tries = 0
  }
}
