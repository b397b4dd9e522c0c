import { PlatformError } from './errors.ts'
import type { JsonObject } from './json.ts'

/**
 * Key in the metadata of a message: over how many agents it has come, which is how loops of agents end
 * (`docs/extensions/hops-v1.md`).
 */
export const hopsUri = 'https://codetether.run/a2a/extensions/hops/v1'

/** Over how many agents a message has come: 0 if it does not say. Throws INVALID_PARAMS for what is no such number. */
export const hopsOf = (metadata: JsonObject | undefined): number => {
  const hops = metadata?.[hopsUri] ?? 0
  if (typeof hops === 'number' && Number.isSafeInteger(hops) && hops >= 0) return hops
  throw new PlatformError('INVALID_PARAMS', 'the count of agents that a message has come over is a whole number', {
    fieldViolations: [{ field: `message.metadata.${hopsUri}`, description: 'must be a whole number from 0' }],
  })
}

/** Throws TOO_MANY_HOPS for a message that has come over more than `most` agents. */
export const checkHops = (hops: number, most: number): void => {
  if (hops <= most) return
  throw new PlatformError(
    'TOO_MANY_HOPS',
    `the message has come over ${hops} agents: do they ask each other in a loop?`,
    {
      metadata: { hops, most },
    },
  )
}
