import { RemoteError } from '@codetether/client/errors'
import { limits } from '@codetether/protocol/limits'
import type { Outcome } from '../answers.ts'
import { BackOff } from '../back-off.ts'
import { Hint } from '../hint.ts'
import type { WorkerLog } from '../settings.ts'
import type { SentReport, WorkerApi } from '../worker-api.ts'
import type { Outbox } from './outbox.ts'

/** Characters of output in one call: escaped they still fit a request. */
const callChars = 512 * 1024

/** What became of reports that were left out of a call because the call before it came to nothing. */
const notAsked = new Error('the server has not answered the call before')

interface Sent {
  outbox: Outbox
  report: SentReport
}

export interface SenderOptions {
  api: WorkerApi
  log: WorkerLog
  signal: AbortSignal
}

/** Brings the reports of all attempts to the server, as many as there are in one call, those of one attempt one after the other. */
export class Sender {
  readonly #options: SenderOptions
  readonly #ready = new Set<Outbox>()
  readonly #hint = new Hint()
  readonly #backOff = new BackOff()
  #isRunning = false
  /** Before the next try. */
  #waitMs = 0

  constructor(options: SenderOptions) {
    this.#options = options
  }

  readonly ready = (outbox: Outbox): void => {
    this.#ready.add(outbox)
    if (!this.#isRunning) void this.#run()
  }

  /** The server is back. */
  hurry(): void {
    this.#hint.give()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const { signal } = this.#options
    while (!signal.aborted) {
      const batch = this.#pick()
      if (batch.length === 0) break
      const isThere = await this.#send(batch)
      if (isThere) this.#backOff.reset()
      else await this.#hint.next(this.#waitMs, signal)
    }
    this.#isRunning = false
  }

  /** Whoever has waited longest comes first. */
  #pick(): Sent[] {
    const batch: Sent[] = []
    let chars = 0
    for (const outbox of this.#ready) {
      if (batch.length === limits.reportsPerCall || chars > callChars / 2) break
      this.#ready.delete(outbox)
      const report = outbox.head()
      if (!report) continue
      chars += charsOf(report)
      batch.push({ outbox, report })
    }
    return batch
  }

  /** @returns false if the server could not be asked. */
  async #send(batch: readonly Sent[]): Promise<boolean> {
    const { api, signal } = this.#options
    const askedAt = performance.now()
    try {
      const outcomes = await api.report(
        batch.map(({ report }) => report),
        signal,
      )
      for (const [index, sent] of batch.entries()) this.#settle(sent, outcomes[index], askedAt)
      return true
    } catch (error) {
      return this.#fail(batch, error)
    }
  }

  #settle({ outbox, report }: Sent, outcome: Outcome | undefined, askedAt: number): void {
    if (outcome?.ok) {
      outbox.taken(outcome, askedAt)
      return
    }
    this.#options.log.warn(
      { taskId: report.task_id, code: outcome?.code },
      outcome?.message ?? 'no outcome of a report',
    )
    outbox.lose(outcome?.message ?? 'the server does not say what became of a report')
  }

  async #fail(batch: readonly Sent[], error: unknown): Promise<boolean> {
    const isRefusal = error instanceof RemoteError && !error.retryable && error.httpStatus !== 401
    if (isRefusal && batch.length > 1) {
      // One of them is not what the server takes: the others must not suffer from it, nor wait for each other's time limits.
      const middle = Math.ceil(batch.length / 2)
      const rest = batch.slice(middle)
      return (await this.#send(batch.slice(0, middle))) ? this.#send(rest) : this.#fail(rest, notAsked)
    }
    for (const { outbox } of batch) {
      if (isRefusal && error.httpStatus < 500) outbox.refused(error.message)
      else outbox.failed()
      if (!outbox.isClosed) this.#ready.add(outbox)
    }
    const { log, signal } = this.#options
    this.#waitMs = this.#backOff.after(error)
    if (!signal.aborted) log.debug({ reason: String(error) }, 'reports could not be sent, they are kept')
    return isRefusal && error.httpStatus < 500
  }
}

const charsOf = ({ output = [], checkpoint }: SentReport): number =>
  output.reduce((sum, { text }) => sum + text.length, checkpoint ? JSON.stringify(checkpoint).length : 0)
