import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Call } from './method.ts'

/** Counts a stream of the caller until its end; taken before anything is started for it. Throws RATE_LIMITED. */
export function takeStreamSlot({ ctx: { streams }, principal: { id }, resources }: Call<unknown>): void {
  const open = streams.get(id) ?? 0
  if (open >= limits.streamsPerPrincipal)
    throw new PlatformError('RATE_LIMITED', `at most ${limits.streamsPerPrincipal} streams at once`, { retryAfter: 5 })
  streams.set(id, open + 1)
  resources.defer(() => {
    const left = (streams.get(id) ?? 1) - 1
    if (left === 0) streams.delete(id)
    else streams.set(id, left)
  })
}
