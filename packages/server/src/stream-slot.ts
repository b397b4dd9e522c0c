import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from './context.ts'

interface Opening {
  ctx: Pick<Context, 'streams'>
  principal: { id: string }
  /** Released at the end of the stream. */
  resources: DisposableStack
  most?: number
}

/** Counts a stream of the caller until its end; taken before anything is started for it. Throws RATE_LIMITED. */
export function takeStreamSlot(opening: Opening): void {
  const { ctx, principal, resources, most = limits.streamsPerPrincipal } = opening
  const { streams } = ctx
  const { id } = principal
  const open = streams.get(id) ?? 0
  if (open >= most) throw new PlatformError('RATE_LIMITED', `at most ${most} streams at once`, { retryAfter: 5 })
  streams.set(id, open + 1)
  resources.defer(() => {
    const left = (streams.get(id) ?? 1) - 1
    if (left === 0) streams.delete(id)
    else streams.set(id, left)
  })
}
