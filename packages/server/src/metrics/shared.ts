/**
 * Keeps an answer for a time, and lets all who ask meanwhile share one question. A failure is kept too: what does not
 * answer is not asked more often for it.
 */
export function shared<T>(
  milliseconds: number,
  ask: () => Promise<T>,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let answer: Promise<T> | null = null
  let askedAt = 0
  return () => {
    if (answer === null || now() - askedAt >= milliseconds) {
      askedAt = now()
      answer = ask()
    }
    return answer
  }
}
