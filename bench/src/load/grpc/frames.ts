const HEAD_BYTES = 9

/** The frames of HTTP/2 that a client of gRPC meets (RFC 9113 §6). */
export const FrameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const

/** Of DATA and HEADERS, and of SETTINGS and PING. */
export const Flag = { endStream: 0x1, acknowledged: 0x1, endHeaders: 0x4 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export function writeFrame({ type, flags, stream, payload }: Frame): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Takes what is complete from bytes that are cut anywhere; `lengthOf` tells how long what they begin with is, or null. */
export class Cutter {
  #pending: Buffer = Buffer.alloc(0)
  readonly #lengthOf: (data: Buffer) => number | null

  constructor(lengthOf: (data: Buffer) => number | null) {
    this.#lengthOf = lengthOf
  }

  push(data: Buffer): Buffer[] {
    const whole: Buffer[] = []
    let rest = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data])
    for (;;) {
      const length = this.#lengthOf(rest)
      if (length === null || rest.length < length) break
      whole.push(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
    this.#pending = rest
    return whole
  }
}

/** The length of a frame, for a cutter. */
export const frameLength = (data: Buffer): number | null =>
  data.length < HEAD_BYTES ? null : HEAD_BYTES + data.readUIntBE(0, 3)

/** A whole frame. Padding is refused: no server of a benchmark pads. */
export function readFrame(bytes: Buffer): Frame {
  const [type = 0, flags = 0] = [bytes[3], bytes[4]]
  if (type === FrameType.data && (flags & 0x8) !== 0) throw new Error('a padded frame')
  return { type, flags, stream: bytes.readUInt32BE(5) & 0x7fff_ffff, payload: bytes.subarray(HEAD_BYTES) }
}
