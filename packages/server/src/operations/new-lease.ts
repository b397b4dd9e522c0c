import type { Context } from '../context.ts'
import { type Lease, queued } from '../store/lease.ts'

/** A lease of this instance. */
export const ownLease = ({ config, instanceId }: Context): Lease & { owner: string } => ({
  owner: instanceId,
  token: crypto.randomUUID(),
  seconds: config.leaseMs / 1000,
})

/** The lease with which a task begins to run here, or its place in the queue: for a serial agent, or without room. */
export const leaseOrQueue = (ctx: Context, isSerial: boolean): Lease =>
  !isSerial && ctx.running.hasRoom() ? ownLease(ctx) : queued()
