import { PlatformError } from '@codetether/protocol/errors'
import { ResumeParams, resumeUri } from '@codetether/protocol/resume-extension'
import { parseParams } from '../parse-params.ts'

/** What the resume extension asks for in one call. */
export interface Resume {
  /** The generation after which a stream goes on. */
  after: number | null
  /** A generation that the caller has, and how many milliseconds it waits for a later one; null for the server's limit. */
  wait: { generation: number; ms: number | null } | null
}

/**
 * Takes the extension's part out of the params: with another cursor a message that is sent again is the same message.
 * Throws INVALID_PARAMS.
 */
export function readResume(params: unknown): { resume: Resume; rest: unknown } {
  const { metadata = {}, ...rest } = parseParams(ResumeParams, params)
  const generation = metadata[`${resumeUri}/currentGeneration`]
  const wait = generation === undefined ? null : { generation, ms: metadata[`${resumeUri}/waitMs`] ?? null }
  const others = Object.entries(metadata).filter(([key]) => !key.startsWith(`${resumeUri}/`))
  return {
    resume: { after: metadata[`${resumeUri}/after`] ?? null, wait },
    rest: others.length > 0 ? { ...rest, metadata: Object.fromEntries(others) } : rest,
  }
}

/** The cursor of a call, which may be given twice. Throws INVALID_PARAMS if the two differ. */
export function cursorOf(lastEventId: number | null, { after }: Resume): number | null {
  if (lastEventId !== null && after !== null && lastEventId !== after)
    throw new PlatformError('INVALID_PARAMS', 'Last-Event-ID and the cursor in the metadata differ', {
      fieldViolations: [{ field: `metadata.${resumeUri}/after`, description: `is not ${lastEventId}` }],
    })
  return after ?? lastEventId
}
