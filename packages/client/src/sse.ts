import { invalidAnswer } from './errors.ts'

/** One event of a stream (HTML Living Standard §9.2.6). */
export interface SseEvent {
  /** The event's own id; undefined if it carries none, even where the stream's last id still stands. */
  id: string | undefined
  event: string
  data: string
}

/** The largest event that is read, in UTF-16 units: a task snapshot with several inline files fits. */
const maxEventChars = 32 * 1024 * 1024

const lineEnd = /\r\n|\n|\r/

/**
 * An incremental parser of event streams: bytes in, cut anywhere, complete events out. An event that the end of the
 * stream cuts off is dropped, as the standard demands.
 */
export class SseParser {
  /** The id to resume after: the last one seen, also from blocks without data; '' if none or reset. */
  lastEventId = ''
  /** Milliseconds before a reconnection, if the server asked for it. */
  retryMs: number | undefined
  readonly #maxChars: number
  readonly #decoder = new TextDecoder()
  /** The line that has not ended yet, in pieces: joined once, so that a long line costs no more than its length. */
  #begun: string[] = []
  #begunChars = 0
  #afterCr = false
  #id: string | undefined
  #event = ''
  #data: string[] = []
  #dataChars = 0

  constructor(maxChars: number = maxEventChars) {
    this.#maxChars = maxChars
  }

  /** Takes the next bytes and returns the events that they complete. Throws RemoteError if one exceeds the limit. */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = []
    for (const line of this.#lines(this.#decoder.decode(chunk, { stream: true }))) {
      if (line !== '') this.#field(line)
      else events.push(...this.#dispatch())
    }
    if (this.#begunChars + this.#dataChars > this.#maxChars) {
      throw invalidAnswer(`an event of the stream has more than ${this.#maxChars} characters`)
    }
    return events
  }

  /** Cuts complete lines. A CR ends its line at once; a LF that then opens the next chunk belongs to it. */
  #lines(text: string): string[] {
    const fresh = this.#afterCr && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') this.#afterCr = text.endsWith('\r')
    const [first = '', ...others] = fresh.split(lineEnd)
    this.#begun.push(first)
    this.#begunChars += first.length
    const last = others.pop()
    if (last === undefined) return []
    const lines = [this.#begun.join(''), ...others]
    this.#begun = [last]
    this.#begunChars = last.length
    return lines
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'data') {
      this.#data.push(value)
      this.#dataChars += value.length + 1
    } else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) this.retryMs = Number(value)
  }

  #dispatch(): SseEvent[] {
    const [id, event, data] = [this.#id, this.#event || 'message', this.#data]
    if (id !== undefined) this.lastEventId = id
    this.#id = undefined
    this.#event = ''
    this.#data = []
    this.#dataChars = 0
    return data.length === 0 ? [] : [{ id, event, data: data.join('\n') }]
  }
}
