import { randomBytes } from 'node:crypto'
import { percentile } from '../statistics.ts'
import type { Caller } from './caller.ts'
import { callersOf, requestsOf, type Workload } from './workload.ts'

const DRAIN_MS = 10_000
const RUN_ID_BYTES = 4

export interface LoadPlan {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly workload: Workload
}

export interface LoadResult {
  /** Right answers, those to requests that were under way when the time was up included. */
  readonly completed: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly errors: number
  readonly firstError: string | null
  /** Per cent of one processor that the generator itself used. */
  readonly ownShare: number
}

/** Keeps `connections` requests under way for `seconds`, checks every answer and waits for the last ones. */
export async function generate(plan: LoadPlan, signal: AbortSignal): Promise<LoadResult> {
  const load = new Load(plan)
  const startCpu = process.cpuUsage()
  const started = performance.now()
  await load.run(AbortSignal.any([signal, AbortSignal.timeout(plan.seconds * 1_000 + DRAIN_MS)]))
  const cpu = process.cpuUsage(startCpu)
  return load.result((cpu.user + cpu.system) / 10 / (performance.now() - started))
}

class Load {
  readonly #plan: LoadPlan
  readonly #requests: ReturnType<typeof requestsOf>
  readonly #latencies: number[] = []
  readonly #callers: Caller[] = []
  readonly #open: ReturnType<typeof callersOf>
  readonly #done = Promise.withResolvers<void>()
  #until = 0
  #sequence = 0
  #asking = 0
  #late = 0
  #errors = 0
  #firstError: string | null = null

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#requests = requestsOf(plan.workload, plan.url, randomBytes(RUN_ID_BYTES).toString('hex'))
    this.#open = callersOf(plan.workload, plan.url)
  }

  async run(signal: AbortSignal): Promise<void> {
    const abort = () => this.#done.reject(new Error(`load ended early: ${String(signal.reason)}`))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      this.#until = performance.now() + this.#plan.seconds * 1_000
      for (let index = 0; index < this.#plan.connections; index++) this.#begin()
      await this.#done.promise
    } finally {
      signal.removeEventListener('abort', abort)
      for (const caller of this.#callers) caller.close()
    }
  }

  result(ownShare: number): LoadResult {
    const latencies = Float64Array.from(this.#latencies).toSorted()
    const empty = latencies.length === 0
    return {
      completed: latencies.length,
      perSecond: (latencies.length - this.#late) / this.#plan.seconds,
      p50: empty ? 0 : percentile(latencies, 0.5),
      p99: empty ? 0 : percentile(latencies, 0.99),
      errors: this.#errors,
      firstError: this.#firstError,
      ownShare,
    }
  }

  #begin(): void {
    let [sequence, sent] = [0, 0]
    const next = () => {
      sent = performance.now()
      if (sent >= this.#until) {
        this.#finish(caller)
        return
      }
      sequence = this.#sequence++
      caller.send(this.#requests.write(sequence))
    }
    const caller = this.#open({
      connected: next,
      response: (status, body) => {
        this.#record(sequence, performance.now() - sent, status, body)
        next()
      },
      failed: error => {
        this.#fault(error.message)
        this.#finish(caller)
      },
    })
    this.#asking++
    this.#callers.push(caller)
  }

  #record(sequence: number, milliseconds: number, status: number, body: Buffer): void {
    const fault = this.#requests.check(sequence, status, body)
    if (fault !== null) {
      this.#fault(fault)
      return
    }
    this.#latencies.push(milliseconds)
    if (performance.now() > this.#until) this.#late++
  }

  #fault(message: string): void {
    this.#errors++
    this.#firstError ??= message
  }

  #finish(caller: Caller): void {
    caller.close()
    if (--this.#asking === 0) this.#done.resolve()
  }
}
