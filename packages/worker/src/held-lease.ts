import type { Lease } from './worker-api.ts'

/** A lease as its holder knows it. Its end is told by this machine's own clock, counted from before it was asked for. */
export class HeldLease {
  readonly lease: Lease
  #ms: number
  #until: number

  constructor({ task_id, attempt, lease_token }: Lease, seconds: number, askedAt: number) {
    this.lease = { task_id, attempt, lease_token }
    this.#ms = seconds * 1000
    this.#until = askedAt + this.#ms
  }

  get token(): string {
    return this.lease.lease_token
  }

  /** Its length in milliseconds. */
  get ms(): number {
    return this.#ms
  }

  /** It was prolonged, with a call that was made then. */
  extend(askedAt: number, seconds?: number): void {
    if (seconds !== undefined) this.#ms = seconds * 1000
    this.#until = Math.max(this.#until, askedAt + this.#ms)
  }

  /** Somebody else may have the task now. */
  isOver(): boolean {
    return performance.now() >= this.#until
  }
}
