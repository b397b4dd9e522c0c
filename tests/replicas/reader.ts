import { setTimeout as delay } from 'node:timers/promises'
import { SseParser } from '@codetether/client/sse'
import type { Frame } from '../journeys/frames.ts'
import type { RpcBody } from '../platform.ts'

/** A reader gives up on a connection that says nothing for so long, and on a task after so many connections. */
const silentMs = 5_000
const connections = 200
const pauseMs = 50

/**
 * A reader of a whole task who comes back with the id of the last frame whenever the connection breaks, as a browser's
 * EventSource does. It keeps what it gets as it gets it: what comes twice is there twice.
 */
export class Reader {
  readonly frames: Frame[] = []
  /** Resolves at the end of the task; rejects if there are too many connections. */
  readonly done: Promise<void>
  readonly #url: string
  #params: { method: string; params: unknown }
  #connection = new AbortController()

  private constructor(url: string, call: { method: string; params: unknown }) {
    this.#url = url
    this.#params = call
    this.done = this.#follow()
    this.done.catch(() => undefined)
  }

  /** Reads the task of a message, which it sends. */
  static send(url: string, message: unknown): Reader {
    return new Reader(url, { method: 'message/stream', params: message })
  }

  /** Reads a task that is there already, from its beginning. */
  static of(url: string, id: string): Reader {
    return new Reader(url, { method: 'tasks/resubscribe', params: { id } })
  }

  /** The task, as soon as its first frame is there. */
  get taskId(): string | undefined {
    return this.frames[0]?.result.id
  }

  /** Breaks the connection, as an impatient reader does. */
  cut(): void {
    this.#connection.abort()
  }

  get #isOver(): boolean {
    return this.frames.at(-1)?.result.final === true
  }

  async #follow(): Promise<void> {
    for (let connection = 1; !this.#isOver; connection++) {
      if (connection > connections) throw new Error(`no end after ${connections} connections`)
      this.#connection = new AbortController()
      await this.#read(this.#connection).catch(() => undefined)
      if (!this.#isOver) await delay(pauseMs)
    }
  }

  async #read(connection: AbortController): Promise<void> {
    const last = this.frames.at(-1)?.id ?? 0
    if (this.taskId !== undefined) this.#params = { method: 'tasks/resubscribe', params: { id: this.taskId } }
    const timer = setTimeout(() => connection.abort(), silentMs)
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'last-event-id': String(last) },
        body: JSON.stringify({ jsonrpc: '2.0', id: 'stream', ...this.#params }),
        signal: connection.signal,
      })
      const parser = new SseParser()
      for await (const chunk of response.body ?? []) {
        timer.refresh()
        for (const { id, data } of parser.push(chunk)) this.#take(Number(id), JSON.parse(data))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  #take(id: number, { result }: RpcBody): void {
    if (result) this.frames.push({ id, result })
  }
}
