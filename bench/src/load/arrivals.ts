interface Waiting {
  readonly frames: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** An event stream as those who wait for it see it, whatever it comes over. */
export interface EventStream {
  readonly arrivals: Arrivals
  readonly close: () => void
}

/** The frames of one stream, kept as they came: they are looked at when time is not counted. */
export class Arrivals {
  readonly frames: string[] = []
  #waiting: Waiting | null = null
  #isComplete = false
  #failure: Error | null = null

  push(frame: string): void {
    this.frames.push(frame)
  }

  /** Tells who waits what has come. */
  wake(): void {
    const waiting = this.#waiting
    if (waiting === null) return
    if (this.#failure !== null) waiting.reject(this.#failure)
    else if (this.#isComplete || this.frames.length >= waiting.frames) waiting.resolve()
  }

  /** No frame follows. */
  complete(): void {
    this.#isComplete = true
    this.wake()
  }

  /** The stream is broken, unless it was complete. */
  fail(error: Error): void {
    if (!this.#isComplete) this.#failure = error
    this.wake()
  }

  /** Resolves when so many frames have come, or all there are. Only one may wait. Rejects when the stream breaks. */
  reach(frames: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting = { frames, resolve, reject }
    this.wake()
    return promise
  }
}
