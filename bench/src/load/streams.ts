import { BURST, BURST_ARTIFACTS } from '../peers/script.ts'
import { Stream } from './stream.ts'
import { streamRequest } from './stream-request.ts'
import { FRAMES_BEFORE, inspectStream } from './verify-stream.ts'

/** Servers queue some hundred connections that they have not accepted yet. */
const CONNECTS_AT_ONCE = 100

export interface StreamsPlan {
  readonly url: string
  readonly count: number
  /** The message that starts each task (see `chunksOf`). */
  readonly message: string
  /** Each stream takes the next one; none if the server asks for none. */
  readonly tokens: readonly string[]
}

/** Many streams of one server, each on its own connection. */
export class Streams implements Disposable {
  readonly #plan: StreamsPlan
  readonly #streams: Stream[] = []

  private constructor(plan: StreamsPlan) {
    this.#plan = plan
  }

  static async connect(plan: StreamsPlan): Promise<Streams> {
    const { hostname, port } = new URL(plan.url)
    const streams = new Streams(plan)
    while (streams.#streams.length < plan.count) {
      const missing = Math.min(CONNECTS_AT_ONCE, plan.count - streams.#streams.length)
      const connects = Array.from({ length: missing }, () => Stream.connect(hostname, Number(port)))
      streams.#streams.push(...(await Promise.all(connects)))
    }
    return streams
  }

  /** Sends all requests. Resolves when every task is working. */
  async start(): Promise<void> {
    for (const [index, stream] of this.#streams.entries()) stream.send(requestOf(this.#plan, index))
    await this.reach(0)
  }

  /** Resolves when every stream has shown so many chunks. */
  async reach(chunks: number): Promise<void> {
    await Promise.all(this.#streams.map(stream => stream.arrivals.reach(FRAMES_BEFORE + chunks)))
  }

  /** Resolves when every stream has ended. */
  async finish(): Promise<void> {
    await this.reach(Number.POSITIVE_INFINITY)
  }

  /** The first stream that did not show exactly what it should, in words. Null is well. */
  fault(chunks: number): string | null {
    for (const [index, { arrivals }] of this.#streams.entries()) {
      const fault = inspectStream(arrivals.frames, index + 1, chunks)
      if (fault !== null) return `stream ${index + 1} of ${this.#streams.length}: ${fault}`
    }
    return null
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.close()
  }
}

/** Starts `count` streams of the burst at once and times them until the last has ended. Throws if any was wrong. */
export async function burst(
  plan: Omit<StreamsPlan, 'message'>,
  signal: AbortSignal,
): Promise<{ milliseconds: number; cpuMs: number }> {
  using streams = await Streams.connect({ ...plan, message: BURST })
  // Connections of a burst that nobody waits for any more would keep this process.
  using _ = closeOnAbort(streams, signal)
  const [startCpu, started] = [process.cpuUsage(), performance.now()]
  await streams.start()
  await streams.finish()
  const milliseconds = performance.now() - started
  const cpu = process.cpuUsage(startCpu)
  const fault = streams.fault(BURST_ARTIFACTS)
  if (fault !== null) throw new Error(fault)
  return { milliseconds, cpuMs: (cpu.user + cpu.system) / 1_000 }
}

function closeOnAbort(streams: Streams, signal: AbortSignal): Disposable {
  const close = () => streams[Symbol.dispose]()
  signal.addEventListener('abort', close, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', close) }
}

function requestOf({ url, message, tokens }: StreamsPlan, index: number): string {
  return streamRequest({
    transport: 'JSON-RPC',
    url,
    id: index + 1,
    text: message,
    token: tokens[index % tokens.length],
  })
}
