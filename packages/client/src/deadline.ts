import { ConnectionError } from './errors.ts'

/**
 * A time limit that can be set, moved and lifted, joined with the caller's own signal. When it passes, `signal` aborts
 * with a ConnectionError; when the caller aborts, with the caller's reason.
 */
export class Deadline implements Disposable {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(outer: AbortSignal | undefined) {
    this.signal = outer === undefined ? this.#controller.signal : AbortSignal.any([outer, this.#controller.signal])
  }

  /** Starts the limit anew: `ms` milliseconds from now. */
  set(ms: number, message: string): void {
    this.lift()
    this.#timer = setTimeout(() => this.#controller.abort(new ConnectionError(message, { timedOut: true })), ms)
  }

  lift(): void {
    clearTimeout(this.#timer)
  }

  [Symbol.dispose](): void {
    this.lift()
  }
}
