const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const STATUS_START = 'HTTP/1.1 '.length
const CHUNKED = /\r\ntransfer-encoding: *chunked/i
const EMPTY: Buffer = Buffer.alloc(0)

/** One chunked response of status 200, from bytes that are cut anywhere. Anything else is refused with what it says. */
export class ChunkedResponse {
  /** The last, empty chunk has come. */
  ended = false
  #pending: Buffer = EMPTY
  #hasHead = false

  /** Takes the next bytes. Returns the pieces of the body that they complete. */
  push(data: Buffer): Buffer[] {
    this.#pending = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data])
    this.#hasHead ||= this.#readHead()
    const pieces: Buffer[] = []
    for (let piece = this.#readChunk(); piece !== null; piece = this.#readChunk()) {
      if (piece.length === 0) this.ended = true
      else pieces.push(piece)
    }
    return pieces
  }

  #readHead(): boolean {
    const end = this.#pending.indexOf(HEAD_END)
    if (end < 0) return false
    const head = this.#pending.toString('latin1', 0, end)
    if (!CHUNKED.test(head) || !head.startsWith('200', STATUS_START))
      throw new Error(`no stream: ${this.#pending.toString('utf8', 0, 1_000)}`)
    this.#pending = this.#pending.subarray(end + HEAD_END.length)
    return true
  }

  #readChunk(): Buffer | null {
    if (!this.#hasHead || this.ended) return null
    const lineEnd = this.#pending.indexOf(LINE_END)
    if (lineEnd < 0) return null
    const start = lineEnd + LINE_END.length
    const end = start + Number.parseInt(this.#pending.toString('latin1', 0, lineEnd), 16)
    if (this.#pending.length < end + LINE_END.length) return null
    const piece = this.#pending.subarray(start, end)
    this.#pending = this.#pending.subarray(end + LINE_END.length)
    return piece
  }
}
