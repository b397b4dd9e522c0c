import type { Replica } from './replica-process.ts'

/**
 * What the proxies of a rig share: each call goes to the next replica in turn, whoever made it and over whichever
 * protocol. Nothing is sticky.
 */
export class Balancer {
  readonly #replicas: readonly Replica[]
  #turn = 0
  #answers = 0
  #lostOf = Number.POSITIVE_INFINITY

  /** `replicas` may change meanwhile. */
  constructor(replicas: readonly Replica[]) {
    this.#replicas = replicas
  }

  /** The replica whose turn the last call was. */
  get last(): Replica | undefined {
    return this.#replicas[this.#turn % this.#replicas.length]
  }

  /** Whom to offer the next call, one after the other until one takes it. */
  order(): Replica[] {
    this.#turn += 1
    const first = this.#turn % this.#replicas.length
    return [...this.#replicas.slice(first), ...this.#replicas.slice(0, first)]
  }

  /** From now on every nth answer is lost: its caller's connection breaks when the replica has given it. */
  loseEvery(nth: number): void {
    this.#lostOf = nth
    this.#answers = 0
  }

  /** Whether the answer that has just come is to be lost. */
  loses(): boolean {
    this.#answers += 1
    return this.#answers % this.#lostOf === 0
  }
}
