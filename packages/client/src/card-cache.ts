import { limits } from '@codetether/protocol/limits'
import type { Card } from './read-card.ts'

interface Entry {
  card: Card
  /** On the clock of `performance.now()`. */
  untilMs: number
}

/** Milliseconds for which an answer may be kept: what `Cache-Control` says (A2A v1.0 §8.6.2), never for long. */
export const freshMs = (cacheControl: string | null): number => {
  const directives = (cacheControl ?? '').toLowerCase()
  if (/\bno-(store|cache)\b/.test(directives)) return 0
  const seconds = /\bmax-age=(\d{1,9})\b/.exec(directives)?.[1]
  return Math.min(Number(seconds ?? 0) * 1000, limits.peerCardMs)
}

/**
 * Cards of other agents, each for as long as its server allows. Shared by clients of one caller: a card may depend on
 * who asks for it.
 */
export class CardCache {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get(key: string): Card | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.untilMs > this.#now()) return entry?.card
    this.#entries.delete(key)
    return undefined
  }

  /** Keeps a card; the one that came first gives way when there are too many. */
  keep(key: string, card: Card, ms: number): void {
    this.#entries.delete(key)
    if (ms <= 0) return
    this.#entries.set(key, { card, untilMs: this.#now() + ms })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > limits.peerCards && oldest !== undefined) this.#entries.delete(oldest)
  }
}
