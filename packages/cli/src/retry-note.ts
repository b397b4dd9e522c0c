import type { OnRetry } from '@codetether/client/retry'
import type { Output } from './output.ts'

/** Tells the person that a connection is being made again. */
export const retryNote =
  ({ note }: Output): OnRetry =>
  (error, waitMs) =>
    note(`${error.message}; trying again in ${(waitMs / 1000).toFixed(1)} s`)
