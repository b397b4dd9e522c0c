import { z } from 'zod'
import { limits } from '../limits.ts'

/** The id of a session or of one of its messages. It stands in paths, so it is one line. */
export const SessionId = z
  .string()
  .min(1)
  .max(limits.idChars)
  .regex(/^[^\p{Cc}]*$/u, { error: 'must be one line' })

/** The end of the year 9999: what RFC 3339 can write. */
const lastMs = 253_402_300_799_999

/** Milliseconds of the Unix epoch, or RFC 3339. @returns milliseconds. */
export const SessionTime = z.union([
  z
    .number()
    .min(0)
    .max(lastMs)
    .transform(ms => Math.floor(ms)),
  z.iso
    .datetime({ offset: true })
    .transform(time => Date.parse(time))
    .refine(ms => ms >= 0 && ms <= lastMs, { error: 'must be a time since 1970' }),
])
