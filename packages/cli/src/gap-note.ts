import type { OnGap } from '@codetether/client/follow'
import type { Output } from './output.ts'

/** Tells the person that what comes next is the task as it is, and that changes before it will not be shown. */
export const gapNote =
  ({ note }: Output): OnGap =>
  () =>
    note('the server does not keep the changes in between any more; this is the task as it is now')
