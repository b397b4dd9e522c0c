import { notUnderstood } from './calculation-error.ts'
import { calculatorLimits } from './calculator-limits.ts'
import type { Token } from './tokenize.ts'

/** A place in a list of tokens, which the parser moves forward. */
export class TokenCursor {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length
  }

  /** The digits of the number that stands here, or null. */
  takeNumber(): string | null {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'number') return null
    this.#at += 1
    return token.text
  }

  /** Steps over a phrase of signs and words ("to the power of") if it stands here. */
  take(phrase: string): boolean {
    const words = phrase.split(' ')
    const here = words.every((word, i) => {
      const token = this.#tokens[this.#at + i]
      return token?.kind === 'sign' && token.text === word
    })
    if (here) this.#at += words.length
    return here
  }

  /** Steps over the first phrase of the table that stands here and returns what the table says about it. */
  takeAny<T>(table: readonly (readonly [phrase: string, meaning: T])[]): T | null {
    return table.find(([phrase]) => this.take(phrase))?.[1] ?? null
  }

  /** Runs a step that may come back to itself. Throws CalculationError beyond the depth limit. */
  nested<T>(step: () => T): T {
    if (this.#depth >= calculatorLimits.depth) throw notUnderstood()
    this.#depth += 1
    const result = step()
    this.#depth -= 1
    return result
  }
}
