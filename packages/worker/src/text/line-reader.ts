const lineEnd = 0x0a

/** Bytes to lines of UTF-8. A line of more bytes than that is null. */
export class LineReader {
  readonly #most: number
  #parts: Buffer[] = []
  #size = 0

  constructor(most: number) {
    this.#most = most
  }

  *push(bytes: Buffer): Generator<string | null> {
    let from = 0
    for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, from)) {
      this.#keep(bytes.subarray(from, at))
      from = at + 1
      yield this.#take()
    }
    this.#keep(bytes.subarray(from))
  }

  /** What has no line end. */
  end(): string | null {
    return this.#take()
  }

  #keep(bytes: Buffer): void {
    this.#size += bytes.length
    // The caller uses its buffer again.
    if (this.#size <= this.#most) this.#parts.push(Buffer.from(bytes))
    else this.#parts = []
  }

  #take(): string | null {
    const text = this.#size > this.#most ? null : Buffer.concat(this.#parts).toString('utf8')
    this.#parts = []
    this.#size = 0
    return text
  }
}
