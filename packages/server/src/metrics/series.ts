import type { Labels } from './registry.ts'

/** What a family keeps for each combination of label values. All of these come from closed lists: the map is bounded. */
export class Series<Name extends string, State> {
  readonly #names: readonly Name[]
  readonly #make: () => State
  readonly #byValues = new Map<string, { labels: Labels; state: State }>()

  constructor(names: readonly Name[], make: () => State) {
    this.#names = names
    this.#make = make
    // Without labels there is one series, and it is there from the start.
    if (names.length === 0) this.#byValues.set('', { labels: {}, state: make() })
  }

  of(labels: Labels<Name>): State {
    let key = ''
    for (const name of this.#names) key += `${labels[name]}\n`
    const known = this.#byValues.get(key)
    if (known) return known.state
    const state = this.#make()
    const entries = this.#names.map(name => [name, labels[name]])
    this.#byValues.set(key, { labels: Object.fromEntries(entries), state })
    return state
  }

  [Symbol.iterator](): Iterator<{ labels: Labels; state: State }> {
    return this.#byValues.values()
  }
}
