import type { Context } from '../../context.ts'
import type { PushTarget } from '../../store/push-deliveries.ts'
import type { HostBreaker } from './host-breaker.ts'

/** What the senders of a process share. */
export interface Sending {
  ctx: Context
  breaker: HostBreaker
  leaseSeconds: number
  /** Ends requests when the server cannot wait for them any longer. */
  signal: AbortSignal
  /** Looks for work again after so long. */
  wakeIn(seconds: number): void
}

/** Whose failures count together. Nobody can close a host for others who have webhooks there. */
export const hostOf = ({ tenantId, principal, url }: PushTarget): string =>
  `${tenantId} ${principal} ${new URL(url).host}`
