import { Child } from '../child/child.ts'
import { numberIn } from '../child/shape.ts'
import type { QueueSettings } from './queue.ts'

const START_MS = 30_000
/** The slowest of the peers takes a minute for a hundred thousand jobs. */
const DRAIN_MS = 300_000
const ONE_MS = 30_000

/** A module of `queues/`. */
export type QueueName =
  | 'bare'
  | 'bullmq'
  | 'graphile'
  | 'graphile-local'
  | 'ours-core'
  | 'ours-http'
  | 'pg-boss'
  | 'pg-boss-batched'
  | 'pg-boss-notify'

/** One process that uses a queue. */
export class QueueProcess implements AsyncDisposable {
  readonly #child: Child

  private constructor(name: string, module: QueueName, signal: AbortSignal) {
    this.#child = new Child(name, new URL(`./${module}.ts`, import.meta.url), signal)
  }

  static async start(
    { name, module }: { name: string; module: QueueName },
    settings: QueueSettings,
    signal: AbortSignal,
  ): Promise<QueueProcess> {
    await using stack = new AsyncDisposableStack()
    const started = stack.use(new QueueProcess(name, module, signal))
    await started.#child.call('open', { ...settings }, START_MS)
    stack.move()
    return started
  }

  async fill(count: number): Promise<void> {
    await this.#child.call('fill', { count }, DRAIN_MS)
  }

  async drain(batch: number): Promise<number> {
    return numberIn(await this.#child.call('drain', { batch }, DRAIN_MS), 'done')
  }

  async send(): Promise<void> {
    await this.#child.call('send', {}, ONE_MS)
  }

  async listen(): Promise<void> {
    await this.#child.call('listen', {}, ONE_MS)
  }

  /** Milliseconds from the sending of a job to its beginning, for the next one that begins here. */
  async next(): Promise<number> {
    return numberIn(await this.#child.call('next', {}, ONE_MS), 'milliseconds')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}
