import { setTimeout as sleep } from 'node:timers/promises'
import { LASTING_CHUNKS, lasting } from '../peers/script.ts'
import { percentile } from '../statistics.ts'
import { type Doors, type Transport, transports } from '../transport.ts'
import type { EventStream } from './arrivals.ts'
import { openGrpcStream } from './grpc/grpc-stream.ts'
import { paths } from './grpc/messages.ts'
import { GrpcSession } from './grpc/session.ts'
import { Stream } from './stream.ts'
import { streamRequest } from './stream-request.ts'
import { inspectStream } from './verify-stream.ts'

const TICK_MS = 5
const SESSIONS_PER_TOKEN = 4

export interface TurnoverPlan {
  readonly doors: Doors
  /** Streams take them, and the transports, in turn. */
  readonly tokens: readonly string[]
  /** Streams to open in a second, whatever becomes of the ones before. */
  readonly perSecond: number
  /** How long each task works. */
  readonly lifeMs: number
  /** How long streams are opened. */
  readonly seconds: number
}

export interface TurnoverResult {
  readonly streams: number
  /** From the end of a task's life to that of its stream, the way there and back included. */
  readonly lateP50: number
  readonly lateP99: number
  readonly lateMax: number
  /** How long after its time the latest stream was opened: how far the generator fell behind. */
  readonly behindMs: number
  /** Per cent of one processor that the generator itself used. */
  readonly ownShare: number
}

/**
 * Opens streams on new tasks at a steady rate, so that as many of them end as begin once the first tasks have lived.
 * Resolves when the last stream has ended. Throws if any did not show all of its task, frame by frame.
 */
export async function turnOver(plan: TurnoverPlan, signal: AbortSignal): Promise<TurnoverResult> {
  using turnover = new Turnover(plan)
  const startCpu = process.cpuUsage()
  const started = performance.now()
  const result = await turnover.run(signal)
  const cpu = process.cpuUsage(startCpu)
  return { ...result, ownShare: (cpu.user + cpu.system) / 10 / (performance.now() - started) }
}

class Turnover implements Disposable {
  readonly #plan: TurnoverPlan
  readonly #sessions: readonly GrpcSession[]
  readonly #open = new Set<EventStream>()
  readonly #late: number[] = []

  constructor(plan: TurnoverPlan) {
    this.#plan = plan
    const { hostname, port } = new URL(plan.doors.gRPC)
    const tokens = Array.from({ length: SESSIONS_PER_TOKEN }, () => plan.tokens).flat()
    this.#sessions = tokens.map(
      token => new GrpcSession({ host: hostname, port: Number(port), path: paths.stream, token }),
    )
  }

  async run(signal: AbortSignal): Promise<Omit<TurnoverResult, 'ownShare'>> {
    await Promise.all(this.#sessions.map(session => session.opened))
    const { perSecond, seconds } = this.#plan
    const failure = new AbortController()
    const ended = AbortSignal.any([signal, failure.signal])
    const plays: Promise<void>[] = []
    const started = performance.now()
    let behindMs = 0
    while (plays.length < perSecond * seconds) {
      const due = started + (plays.length / perSecond) * 1_000
      const ahead = due - performance.now()
      if (ahead > 0) await sleep(Math.max(ahead, TICK_MS), undefined, { signal: ended })
      else {
        behindMs = Math.max(behindMs, -ahead)
        plays.push(this.#play(plays.length).catch((error: unknown) => failure.abort(error)))
      }
    }
    await Promise.all(plays)
    ended.throwIfAborted()
    const late = Float64Array.from(this.#late).toSorted()
    return {
      ...{ streams: plays.length, behindMs },
      ...{ lateP50: percentile(late, 0.5), lateP99: percentile(late, 0.99), lateMax: percentile(late, 1) },
    }
  }

  [Symbol.dispose](): void {
    for (const stream of this.#open) stream.close()
    for (const session of this.#sessions) session.close()
  }

  async #play(index: number): Promise<void> {
    const transport = transports[index % transports.length] ?? 'JSON-RPC'
    const started = performance.now()
    const stream = await this.#openStream(transport, index)
    this.#open.add(stream)
    await stream.arrivals.reach(Number.POSITIVE_INFINITY)
    this.#late.push(performance.now() - started - this.#plan.lifeMs)
    stream.close()
    this.#open.delete(stream)
    const id = transport === 'JSON-RPC' ? idOf(index) : null
    const fault = inspectStream(stream.arrivals.frames, id, LASTING_CHUNKS)
    if (fault !== null) throw new Error(`stream ${index + 1}, over ${transport}: ${fault}`)
  }

  async #openStream(transport: Transport, index: number): Promise<EventStream> {
    const { doors, lifeMs, tokens } = this.#plan
    const url = doors[transport]
    const turn = Math.floor(index / transports.length)
    const token = tokens[turn % tokens.length]
    const request = streamRequest({ transport, url, id: idOf(index), text: lasting(lifeMs), token })
    const session = transport === 'gRPC' ? this.#sessions[turn % this.#sessions.length] : undefined
    if (session !== undefined) return openGrpcStream(session, request)
    const { hostname, port } = new URL(url)
    const stream = await Stream.connect(hostname, Number(port))
    stream.send(request)
    return stream
  }
}

const idOf = (index: number): number => index + 1
