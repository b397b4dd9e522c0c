import { type OutputStream, outputStreams } from '@codetether/protocol/work/output'
import type { Outbox } from './outbox/outbox.ts'
import type { RuntimeIo } from './runtimes/runtime.ts'
import { CleanText } from './text/clean-text.ts'
import { Scrubber, type Secrets } from './text/scrubber.ts'

/** The end of each stream that a runtime can ask for, in UTF-16 units. */
const tailChars = 64 * 1024

/** One stream of one turn: bytes in, text without secrets out. */
class Channel {
  readonly #clean = new CleanText()
  readonly #scrubber: Scrubber
  tail = ''

  constructor(secrets: Secrets) {
    this.#scrubber = new Scrubber(secrets)
  }

  push(data: string | Uint8Array): string {
    return this.#keep(this.#scrubber.push(this.#clean.push(data)))
  }

  end(): string {
    return this.#keep(this.#scrubber.push(this.#clean.end()) + this.#scrubber.end())
  }

  #keep(text: string): string {
    this.tail = (this.tail + text).slice(-tailChars).toWellFormed()
    return text
  }
}

/** What a runtime writes to: everything passes the same way to the outbox. */
export function createRunIo(outbox: Outbox, secrets: Secrets): RuntimeIo {
  const channels = new Map<OutputStream, Channel>(outputStreams.map(stream => [stream, new Channel(secrets)]))
  const channel = (stream: OutputStream): Channel => {
    const found = channels.get(stream)
    if (!found) throw new Error(`there is no stream ${stream}`)
    return found
  }
  return {
    output: (stream, data) => outbox.add(stream, channel(stream).push(data)),
    async end() {
      for (const [stream, rest] of channels) await outbox.add(stream, rest.end())
    },
    tail: (stream, chars) => channel(stream).tail.slice(-chars).toWellFormed(),
  }
}
