import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { Context } from '../context.ts'
import type { Principal } from '../principal.ts'
import { readCalls, takeCall } from '../store/call-slots.ts'

/** Counts a call of the principal, over all replicas. Throws RATE_LIMITED with the time when the next one may come. */
export async function limitCalls({ store }: Context, { tenantId, id: principal }: Principal): Promise<void> {
  const caller = { tenantId, principal }
  if (await store.write(tenantId, tx => takeCall(tx, caller))) return
  const { secondsToNext } = await store.read(tenantId, tx => readCalls(tx, caller))
  const most = `at most ${limits.callsPerWindow} calls in ${limits.callWindowMs / 1000} seconds`
  throw new PlatformError('RATE_LIMITED', most, { retryAfter: Math.max(1, secondsToNext) })
}
