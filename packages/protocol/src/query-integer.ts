import { z } from 'zod'

/**
 * An integer in a query, where numbers are written as text: decimal digits alone. `0x10`, `1e2`, `+1`, blanks and nothing at
 * all are refused. Both bounds belong to it; `most` is below 10^15.
 */
export const queryInteger = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, { error: 'must be a number' })
    .transform(Number)
    .pipe(z.number().min(least).max(most))
