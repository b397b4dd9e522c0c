import type { Context } from '../context.ts'
import { type Lease, queued } from '../store/lease.ts'

/** A lease of this instance. */
export const ownLease = ({ config, instanceId }: Context): Lease & { owner: string } => ({
  owner: instanceId,
  token: crypto.randomUUID(),
  seconds: config.leaseMs / 1000,
})

export interface Admission extends Disposable {
  lease: Lease
}

/**
 * The lease with which a task begins to run here, or its place in the queue: for a serial agent, or without room. To be
 * disposed when the task runs.
 */
export function admit(ctx: Context, isSerial: boolean): Admission {
  const place = isSerial ? null : ctx.running.admit()
  return { lease: place ? ownLease(ctx) : queued(), [Symbol.dispose]: () => place?.[Symbol.dispose]() }
}
