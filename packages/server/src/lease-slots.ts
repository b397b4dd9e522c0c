/**
 * The tokens of the leases that this process holds, in memory that the thread which renews them reads. A handler that
 * blocks the event loop cannot keep it from being told: no message travels. A slot that is read while it is written
 * gives a token that nobody has.
 */
export interface LeaseSlots {
  readonly buffer: SharedArrayBuffer
  /** @returns the slot, or null if all are taken. */
  take(token: string): number | null
  free(slot: number): void
  /** Says that the event loop turns. */
  tick(): void
}

const bytesPerToken = 16
/** In front of the tokens: the count of turns of the event loop. */
const headerBytes = 16

export function createLeaseSlots(count: number): LeaseSlots {
  const buffer = new SharedArrayBuffer(headerBytes + count * bytesPerToken)
  const bytes = Buffer.from(buffer)
  const ticks = new Int32Array(buffer, 0, 1)
  const unused = Array.from({ length: count }, (_, index) => count - 1 - index)
  const place = (slot: number) => headerBytes + slot * bytesPerToken
  return {
    buffer,
    take(token) {
      const slot = unused.pop()
      if (slot === undefined) return null
      bytes.write(token.replaceAll('-', ''), place(slot), 'hex')
      return slot
    },
    free(slot) {
      bytes.fill(0, place(slot), place(slot) + bytesPerToken)
      unused.push(slot)
    },
    tick() {
      Atomics.add(ticks, 0, 1)
    },
  }
}

/** What the thread reads: the tokens that are taken, and how often the event loop has turned. */
export function readLeaseSlots(buffer: SharedArrayBuffer): { tokens: string[]; ticks: number } {
  // A copy: what is read twice may have changed in between.
  const bytes = Buffer.from(new Uint8Array(buffer))
  const tokens: string[] = []
  for (let at = headerBytes; at < bytes.length; at += bytesPerToken) {
    const hex = bytes.toString('hex', at, at + bytesPerToken)
    if (/[^0]/.test(hex)) tokens.push(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  }
  return { tokens, ticks: bytes.readInt32LE(0) }
}
