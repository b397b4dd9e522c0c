import type { z } from 'zod'

/** What a size is counted in. */
const units: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'entries',
  set: 'entries',
  object: 'keys',
}

/** What is wrong with the size of a value, in words that stand behind the name of its field. The rest is said by zod. */
export const wordsOf: z.core.$ZodErrorMap = issue => {
  if (issue.code === 'too_big') return sized(issue.origin, issue.inclusive, ['at most', 'less than'], issue.maximum)
  if (issue.code === 'too_small') return sized(issue.origin, issue.inclusive, ['at least', 'more than'], issue.minimum)
  return undefined
}

type Bounds = readonly [inclusive: string, exclusive: string]

function sized(origin: string, inclusive: boolean | undefined, [at, beyond]: Bounds, bound: number | bigint): string {
  const unit = units[origin]
  const limit = `${inclusive === false ? beyond : at} ${bound}`
  if (unit === undefined) return `must be ${limit}`
  return limit === 'at least 1' ? 'must not be empty' : `must have ${limit} ${unit}`
}
