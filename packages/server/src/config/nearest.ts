/** How many characters must be inserted, deleted, replaced or swapped with their neighbour. */
const distance = (a: string, b: string): number => {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...b].entries()) {
      const [above = 0, diagonal = 0, left = 0] = [row[column + 1], row[column], next[column]]
      const isSwapped = column > 0 && letter === b[column - 1] && other === a[index - 1]
      const swapped = isSwapped ? (before[column - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(above + 1, left + 1, diagonal + (letter === other ? 0 : 1), swapped))
    }
    ;[before, row] = [row, next]
  }
  return row.at(-1) ?? 0
}

/** Of a short name less may be mistyped: `FOO` is not `HOST`. The prefix, which is common to all, does not count. */
const mostSteps = (name: string): number => Math.min(3, Math.floor(name.replace(/^[A-Z\d]+_/, '').length / 3))

/** The candidate that the name was probably meant to be. */
export const nearest = (name: string, candidates: readonly string[]): string | undefined =>
  candidates
    .map(candidate => ({ candidate, steps: distance(name, candidate) }))
    .filter(({ steps }) => steps <= mostSteps(name))
    .sort((one, other) => one.steps - other.steps)[0]?.candidate
