const mostKept = 10_000

/** Answers of the database that may be a while old: who asks again within `forMs` gets the same. One that fails is not kept. */
export class KeptAnswers<T> {
  readonly #forMs: number
  readonly #answers = new Map<string, { answer: Promise<T>; at: number }>()

  constructor(forMs: number) {
    this.#forMs = forMs
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const kept = this.#answers.get(key)
    if (kept && performance.now() - kept.at < this.#forMs) return kept.answer
    if (this.#answers.size >= mostKept) this.#answers.clear()
    const answer = ask()
    this.#answers.set(key, { answer, at: performance.now() })
    answer.catch(() => this.#answers.delete(key))
    return answer
  }

  clear() {
    this.#answers.clear()
  }
}
