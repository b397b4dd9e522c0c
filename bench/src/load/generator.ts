import { Child } from '../child/child.ts'
import { numberIn, textOrNullIn } from '../child/shape.ts'
import type { LoadPlan, LoadResult } from './generate.ts'

const SLACK_MS = 20_000

/** The load generator in a process of its own, so that its work is neither the server's nor the referee's. */
export class Generator implements AsyncDisposable {
  readonly #child: Child

  constructor(signal: AbortSignal) {
    this.#child = new Child('load generator', new URL('./main.ts', import.meta.url), signal)
  }

  async load(plan: LoadPlan): Promise<LoadResult> {
    const result = await this.#child.call('load', { ...plan }, plan.seconds * 1_000 + SLACK_MS)
    return {
      completed: numberIn(result, 'completed'),
      perSecond: numberIn(result, 'perSecond'),
      p50: numberIn(result, 'p50'),
      p99: numberIn(result, 'p99'),
      errors: numberIn(result, 'errors'),
      firstError: textOrNullIn(result, 'firstError'),
      ownShare: numberIn(result, 'ownShare'),
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}
