import { type OutputStream, outputStreams } from '@codetether/protocol/work/output'
import { Report } from '@codetether/protocol/work/report'
import { z } from 'zod'
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

const Told = Report.pick({ progress: true, checkpoint: true, session_id: true }).required()

/** What no text of the server holds: the whole report would be refused. */
const unfit = /\\u(?:0000|d[89a-f]..)/

function check<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
  if (unfit.test(JSON.stringify(given))) throw new Error('holds NUL or half a character')
  return parsed.data
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
    progress(progress) {
      const { message, ...rest } = check(Told.shape.progress, progress)
      outbox.note({ progress: { ...rest, ...(message !== undefined && { message: secrets.scrub(message) }) } })
    },
    checkpoint(data) {
      check(Told.shape.checkpoint, { seq: 1, data })
      outbox.checkpoint(data)
    },
    session: id => outbox.note({ session_id: check(Told.shape.session_id, id) }),
    output: (stream, data) => outbox.add(stream, channel(stream).push(data)),
    async end() {
      for (const [stream, rest] of channels) await outbox.add(stream, rest.end())
    },
    tail: (stream, chars) => channel(stream).tail.slice(-chars).toWellFormed(),
  }
}
