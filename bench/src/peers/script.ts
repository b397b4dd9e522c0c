import { setTimeout as sleep } from 'node:timers/promises'

/** One piece of an artifact. */
export interface Chunk {
  readonly artifactId: string
  readonly text: string
  readonly append: boolean
  readonly lastChunk: boolean
}

/** The message that asks for two artifacts at once. Any other text is the name under which orders are given. */
export const BURST = 'burst'
export const BURST_ARTIFACTS = 2

/** The message that asks for a task of so many milliseconds, which adds one piece when half of them are over. */
export const lasting = (milliseconds: number): string => `${LASTING}${milliseconds}`
const LASTING = 'last '
export const LASTING_CHUNKS = 1

const CHUNK_CHARS = 64

/** The text of a task's nth piece, so that a reader can tell whether one is missing, twice or out of order. */
export const textOf = (index: number): string => `${index} `.padEnd(CHUNK_CHARS, '.')

/**
 * What the agent of the stream benchmarks says, whoever hosts it: the task is working, these pieces follow, and with
 * the last of them it is completed.
 */
export async function* chunksOf(message: string, orders: Orders): AsyncGenerator<Chunk, void, undefined> {
  if (message.startsWith(LASTING)) return yield* lastingChunks(Number(message.slice(LASTING.length)))
  if (message !== BURST) return yield* orderedChunks(message, orders)
  for (let index = 0; index < BURST_ARTIFACTS; index++) {
    yield { artifactId: `artifact-${index}`, text: textOf(index), append: false, lastChunk: true }
  }
}

async function* orderedChunks(name: string, orders: Orders): AsyncGenerator<Chunk, void, undefined> {
  let index = 0
  for (let place = 0; ; place++) {
    const count = await orders.read(name, place)
    if (count === 0) return
    for (const end = index + count; index < end; index++) {
      yield { artifactId: 'chunks', text: textOf(index), append: index > 0, lastChunk: false }
    }
  }
}

async function* lastingChunks(milliseconds: number): AsyncGenerator<Chunk, void, undefined> {
  await sleep(milliseconds / 2)
  yield { artifactId: 'chunks', text: textOf(0), append: false, lastChunk: true }
  await sleep(milliseconds / 2)
}

interface Log {
  readonly counts: number[]
  written: PromiseWithResolvers<void>
}

/** Orders by name, kept in a log: one that is given before its tasks ask for it is not lost. */
export class Orders {
  readonly #logs = new Map<string, Log>()

  /** Tells every task of this name to add so many chunks, or to end, with none. */
  give(name: string, chunks: number): void {
    const log = this.#logOf(name)
    log.counts.push(chunks)
    const { resolve } = log.written
    log.written = Promise.withResolvers()
    resolve()
  }

  /** The order at a place, once it is given. */
  async read(name: string, place: number): Promise<number> {
    const log = this.#logOf(name)
    for (;;) {
      const count = log.counts[place]
      if (count !== undefined) return count
      await log.written.promise
    }
  }

  #logOf(name: string): Log {
    const log = this.#logs.get(name) ?? { counts: [], written: Promise.withResolvers<void>() }
    this.#logs.set(name, log)
    return log
  }
}
