import { z } from 'zod'
import { optional } from './optional.ts'

/**
 * The resume extension to A2A v0.3 and v1.0, described in `docs/extensions/resume-v1.md`. Its members stand in
 * `metadata`, under keys that begin with its URI.
 */
export const resumeUri = 'https://codetether.run/a2a/extensions/resume/v1'

/** On tasks and update events: the count of the task's changes up to here. */
export const generationKey = `${resumeUri}/generation`

const count = z.int().min(0)

/** What a caller of the extension may say in the metadata of its params. */
export const ResumeParams = z.looseObject({
  metadata: optional(
    z.looseObject({
      /** The generation after which a stream goes on. */
      [`${resumeUri}/after`]: count.optional(),
      /** The generation that the caller has: the answer may wait for a later one. */
      [`${resumeUri}/currentGeneration`]: count.optional(),
      /** For so many milliseconds at most; without it, as long as the server allows. */
      [`${resumeUri}/waitMs`]: count.optional(),
    }),
  ),
})
