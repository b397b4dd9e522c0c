import { z } from 'zod'
import { limits } from './limits.ts'
import { queryInteger } from './query-integer.ts'

// Push notifications that were given up: `GET /v1/push/dead-letters` and `POST /v1/push/dead-letters:retry`.

export const deadLettersPath = '/v1/push/dead-letters'

/** A notification that was given up. */
export const DeadLetter = z.object({
  taskId: z.string(),
  /** Of the push notification config. */
  configId: z.string(),
  /** The event of the task's log that was not told. */
  seq: z.number(),
  /** Where it should have gone. Paths and queries of webhooks may be secrets. */
  host: z.string(),
  /** Why the last attempt failed. */
  reason: z.string(),
  attempts: z.number(),
  /** RFC 3339. */
  givenUpAt: z.string(),
  /** It waits to be sent once more. */
  retrying: z.boolean(),
})
export type DeadLetter = z.infer<typeof DeadLetter>

/** A page of them, the latest first. */
export const DeadLetterPage = z.object({
  deadLetters: z.array(DeadLetter),
  /** Empty at the end. */
  nextPageToken: z.string(),
})
export type DeadLetterPage = z.infer<typeof DeadLetterPage>

const taskId = z.guid()
const configId = z.string().min(1).max(limits.idChars)

/** The query of a listing. Numbers are written as text there. */
export const DeadLetterQuery = z.strictObject({
  taskId: taskId.optional(),
  configId: configId.optional(),
  pageSize: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
  pageToken: z.string().max(limits.pageTokenChars).default(''),
})
export type DeadLetterQuery = z.output<typeof DeadLetterQuery>

/** Which ones shall be sent once more: those of a task, of one config of it, or of one event; or, said so, all. */
export const RetryRequest = z
  .strictObject({
    taskId: taskId.optional(),
    configId: configId.optional(),
    seq: z.int().min(1).optional(),
    all: z.boolean().optional(),
  })
  .refine(({ taskId, configId, seq, all }) => (taskId === undefined ? all === true && !configId && !seq : !all), {
    error: 'name a task, or say all: true',
    path: ['taskId'],
  })
export type RetryRequest = z.output<typeof RetryRequest>

/** How many will be sent once more. */
export const RetryAnswer = z.object({ marked: z.number() })
export type RetryAnswer = z.infer<typeof RetryAnswer>
