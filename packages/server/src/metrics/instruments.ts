import type { Family, Labels, Sample } from './registry.ts'
import { Series } from './series.ts'

interface Description<Name extends string> {
  name: string
  help: string
  labels?: readonly Name[]
}

/** Counts up. */
export class Counter<Name extends string = never> implements Family {
  readonly type = 'counter'
  readonly name: string
  readonly help: string
  readonly #series: Series<Name, { value: number }>

  constructor({ name, help, labels = [] }: Description<Name>) {
    this.name = name
    this.help = help
    this.#series = new Series(labels, () => ({ value: 0 }))
  }

  add(labels: Labels<Name>, by = 1): void {
    this.#series.of(labels).value += by
  }

  samples = (): Sample[] => [...this.#series].map(({ labels, state }) => ({ labels, value: state.value }))
}

interface Buckets {
  /** How many observations fell into each bucket; the last one has no upper bound. */
  counts: number[]
  sum: number
}

/** Upper bounds for what takes from a millisecond to ten seconds. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** Counts observations by size. */
export class Histogram<Name extends string = never> implements Family {
  readonly type = 'histogram'
  readonly name: string
  readonly help: string
  readonly #bounds: readonly number[]
  readonly #series: Series<Name, Buckets>

  constructor({
    name,
    help,
    labels = [],
    bounds = secondsBuckets,
  }: Description<Name> & { bounds?: readonly number[] }) {
    this.name = name
    this.help = help
    this.#bounds = bounds
    this.#series = new Series(labels, () => ({ counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 }))
  }

  observe(labels: Labels<Name>, value: number): void {
    const buckets = this.#series.of(labels)
    let index = 0
    for (const bound of this.#bounds) {
      if (value <= bound) break
      index++
    }
    buckets.counts[index] = (buckets.counts[index] ?? 0) + 1
    buckets.sum += value
  }

  samples = (): Sample[] => [...this.#series].flatMap(({ labels, state }) => this.#samplesOf(labels, state))

  #samplesOf(labels: Labels, { counts, sum }: Buckets): Sample[] {
    let count = 0
    const cumulative = counts.map((inBucket, index) => {
      count += inBucket
      const le = String(this.#bounds[index] ?? '+Inf')
      return { suffix: '_bucket', labels: { ...labels, le }, value: count }
    })
    return [...cumulative, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }]
  }
}
