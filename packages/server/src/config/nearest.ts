/** Levenshtein distance: how many characters must be inserted, deleted or replaced. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...b].entries()) {
      const [above = 0, diagonal = 0, left = 0] = [row[column + 1], row[column], next[column]]
      next.push(Math.min(above + 1, left + 1, diagonal + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

const maxDistance = 3

/** The candidate that the name was probably meant to be. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined =>
  candidates
    .map(candidate => ({ candidate, steps: distance(name, candidate) }))
    .filter(({ steps }) => steps <= maxDistance)
    .sort((one, other) => one.steps - other.steps)[0]?.candidate
