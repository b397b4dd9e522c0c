import { limits } from '@codetether/protocol/limits'
import type { OutputStream } from '@codetether/protocol/work/output'

export interface Chunk {
  stream: OutputStream
  text: string
}

/** A report's output, in UTF-16 units: even if each had to be escaped, a few of them fit a request. */
const reportChars = 256 * 1024

/** Output that no report carries yet. Pieces of one stream that follow each other are one chunk. */
export class Draft {
  #chunks: Chunk[] = []
  #chars = 0

  get chars(): number {
    return this.#chars
  }

  add(stream: OutputStream, text: string): void {
    this.#chars += text.length
    const last = this.#chunks.at(-1)
    if (last?.stream === stream && last.text.length + text.length <= limits.outputChunkChars) last.text += text
    else for (const part of inParts(text, limits.outputChunkChars)) this.#chunks.push({ stream, text: part })
  }

  /** Something that stands before what is there. */
  addFirst(chunk: Chunk): void {
    this.#chars += chunk.text.length
    this.#chunks.unshift(chunk)
  }

  /** As much as a report may carry, from the beginning. */
  take(): Chunk[] {
    let chars = 0
    let count = 0
    for (const { text } of this.#chunks) {
      if (count > 0 && (chars + text.length > reportChars || count === limits.outputChunks)) break
      chars += text.length
      count += 1
    }
    this.#chars -= chars
    return this.#chunks.splice(0, count)
  }

  clear(): void {
    this.#chunks = []
    this.#chars = 0
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  }
}

/** Cuts a text in parts of so many units at most, none between the halves of a character. */
function* inParts(text: string, most: number): Generator<string> {
  let from = 0
  while (text.length - from > most) {
    const isHalf = (text.charCodeAt(from + most - 1) & 0xfc00) === 0xd800
    const to = from + most - (isHalf ? 1 : 0)
    yield text.slice(from, to)
    from = to
  }
  if (from < text.length || text === '') yield text.slice(from)
}
