import { Child } from '../child/child.ts'
import { numberIn, textOrNullIn } from '../child/shape.ts'
import type { LoadPlan, LoadResult } from './generate.ts'
import type { StreamsPlan } from './streams.ts'
import type { TurnoverPlan, TurnoverResult } from './turnover.ts'

const SLACK_MS = 20_000
/** No set of streams of a benchmark takes longer to go on. */
const STREAMS_MS = 60_000

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

  /** Runs many short streams at once (see `burst`); `cpuMs` is what the generator itself used. */
  async burst(plan: Omit<StreamsPlan, 'message'>): Promise<{ milliseconds: number; cpuMs: number }> {
    const result = await this.#child.call('burst', { ...plan }, STREAMS_MS)
    return { milliseconds: numberIn(result, 'milliseconds'), cpuMs: numberIn(result, 'cpuMs') }
  }

  /** Opens streams at a steady rate (see `turnOver`) and returns when the last has ended. Throws if any was wrong. */
  async turnOver(plan: TurnoverPlan): Promise<TurnoverResult> {
    const result = await this.#child.call('turnOver', { ...plan }, plan.seconds * 1_000 + plan.lifeMs + STREAMS_MS)
    return {
      streams: numberIn(result, 'streams'),
      lateP50: numberIn(result, 'lateP50'),
      lateP99: numberIn(result, 'lateP99'),
      lateMax: numberIn(result, 'lateMax'),
      behindMs: numberIn(result, 'behindMs'),
      ownShare: numberIn(result, 'ownShare'),
    }
  }

  /** Opens streams and returns when each shows a task that is working. They stay open until `finish`. */
  async hold(plan: StreamsPlan): Promise<void> {
    await this.#child.call('hold', { ...plan }, STREAMS_MS)
  }

  /** Returns when every held stream has shown so many chunks. */
  async reach(chunks: number): Promise<void> {
    await this.#child.call('reach', { chunks }, STREAMS_MS)
  }

  /** Returns when every held stream has ended. Throws unless each has shown exactly so many chunks, and no fault. */
  async finish(chunks: number): Promise<void> {
    await this.#child.call('finish', { chunks }, STREAMS_MS)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]()
  }
}
