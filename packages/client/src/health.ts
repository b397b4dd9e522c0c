import { z } from 'zod'

/** What `GET /health` answers, as far as every version says it. */
export const Health = z.looseObject({ status: z.string() })
export type Health = z.infer<typeof Health>
