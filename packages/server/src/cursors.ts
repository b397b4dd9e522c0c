import { createHmac, timingSafeEqual } from 'node:crypto'

/** Places in listings as callers carry them: opaque, and of use only in the listing that they come from. */
export interface Cursors {
  /** @param scope whose listing it is and by which filter */
  seal(scope: string, place: string): string
  /** @returns the place, or null if the token was not sealed here for this scope. */
  open(scope: string, token: string): string | null
}

const macBytes = 16

export function createCursors(key: Buffer): Cursors {
  const macOf = (scope: string, place: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([scope, place]))
      .digest()
      .subarray(0, macBytes)
  return {
    seal: (scope, place) => Buffer.concat([macOf(scope, place), Buffer.from(place)]).toString('base64url'),
    open(scope, token) {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length <= macBytes) return null
      const place = bytes.subarray(macBytes).toString()
      return timingSafeEqual(bytes.subarray(0, macBytes), macOf(scope, place)) ? place : null
    },
  }
}
