import { setTimeout as delay } from 'node:timers/promises'
import type { BusConnection } from './bus-connection.ts'

export interface KeepOpenOptions {
  connect(signal: AbortSignal): Promise<BusConnection>
  /** It is there, for the first time or again: what was said in between is lost. */
  onOpen(): void
  /** It is not there. Told once, however often it is tried again. */
  onLost(reason: unknown): void
  /** How long an answer may take, and how often one is asked for. */
  answerMs: number
}

export interface KeptOpen extends AsyncDisposable {
  isUp(): boolean
  /** @returns whether the message is out; without a connection it is dropped. */
  publish(message: string): Promise<boolean>
}

const retryMs = 250
const retryMostMs = 5_000
/** A connection that ends sooner is not a sign that all is well again. */
const steadyMs = 10_000

/** Keeps a connection open, and opens it again after each loss. Waits for the first try, but for no longer than for an answer. */
export async function keepOpen(options: KeepOpenOptions): Promise<KeptOpen> {
  const closing = new AbortController()
  const keeper = new Keeper(options, closing.signal)
  const kept = keeper.run()
  await inTime(keeper.tried, options.answerMs).catch(() => undefined)
  return {
    isUp: () => keeper.isUp,
    publish: message => keeper.publish(message),
    async [Symbol.asyncDispose]() {
      closing.abort()
      keeper.close()
      await kept
    },
  }
}

class Keeper {
  readonly #options: KeepOpenOptions
  readonly #closing: AbortSignal
  readonly #tried = Promise.withResolvers<void>()
  #current: BusConnection | null = null
  #failure: unknown = null

  constructor(options: KeepOpenOptions, closing: AbortSignal) {
    this.#options = options
    this.#closing = closing
  }

  get tried(): Promise<void> {
    return this.#tried.promise
  }

  get isUp(): boolean {
    return this.#current !== null
  }

  close(): void {
    this.#current?.close()
  }

  async run(): Promise<void> {
    let isFirst = true
    for (let wait = retryMs; !this.#closing.aborted; wait = Math.min(2 * wait, retryMostMs)) {
      const began = performance.now()
      const opened = await this.#serve()
      if (this.#closing.aborted) return
      if (opened || isFirst) this.#options.onLost(this.#failure)
      isFirst = false
      if (opened && performance.now() - began > steadyMs) wait = retryMs
      // Spread, so that replicas that have lost it together do not come back together.
      await delay(wait * (0.5 + Math.random()), undefined, { signal: this.#closing }).catch(() => undefined)
    }
  }

  async publish(message: string): Promise<boolean> {
    const connection = this.#current
    return connection !== null && (await this.#ask(connection, connection.publish(message)))
  }

  /** Opens a connection and waits until it ends. @returns whether it was open. */
  async #serve(): Promise<boolean> {
    this.#failure = null
    try {
      const connection = await this.#options.connect(this.#closing)
      if (this.#closing.aborted) connection.close()
      else this.#open(connection)
      this.#tried.resolve()
      // A program that hangs, or is cut off without a word, would keep us waiting for ever.
      const pinging = setInterval(() => void this.#ask(connection, connection.ping()), this.#options.answerMs)
      await connection.ended
      clearInterval(pinging)
      return true
    } catch (error) {
      this.#failure = error
      return false
    } finally {
      this.#current = null
      this.#tried.resolve()
    }
  }

  #open(connection: BusConnection): void {
    this.#current = connection
    this.#options.onOpen()
  }

  /** A connection that does not answer in time, or refuses what it is for, is worth no more. */
  async #ask(connection: BusConnection, answer: Promise<void>): Promise<boolean> {
    try {
      await inTime(answer, this.#options.answerMs)
      return true
    } catch (error) {
      this.#failure ??= error
      connection.close()
      return false
    }
  }
}

async function inTime(answer: Promise<void>, answerMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${answerMs} ms`)), answerMs)
  try {
    await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
