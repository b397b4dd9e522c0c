import { limits } from '@codetether/protocol/limits'
import type { Attempts } from './attempts.ts'
import { BackOff } from './back-off.ts'
import type { WorkerLog } from './settings.ts'
import type { WorkerApi } from './worker-api.ts'

/** Renewals also tell of cancellations whose hint was lost. */
const mostMs = 20_000

export interface RenewalOptions {
  api: WorkerApi
  attempts: Attempts
  log: WorkerLog
  signal: AbortSignal
}

/** Prolongs all leases in one call, three times in their length, while there are any. */
export class Renewal {
  readonly #options: RenewalOptions
  readonly #backOff = new BackOff()
  #timer: NodeJS.Timeout | undefined

  constructor(options: RenewalOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true })
  }

  /** There is a lease, or one more. */
  readonly watch = (): void => {
    this.#timer ??= setTimeout(() => void this.#run(), this.#interval())
  }

  #shortest(): number {
    return Math.min(...this.#options.attempts.held().map(({ ms }) => ms))
  }

  #interval(): number {
    return Math.min(this.#shortest() / 3, mostMs)
  }

  async #run(): Promise<void> {
    const { attempts, signal } = this.#options
    const isThere = await this.#renew()
    this.#timer = undefined
    attempts.loseOver()
    if (signal.aborted || attempts.size === 0) return
    if (isThere) this.#backOff.reset()
    const wait = isThere ? this.#interval() : this.#backOff.next(this.#shortest() / 12)
    this.#timer = setTimeout(() => void this.#run(), wait)
  }

  /** @returns false if the server could not be asked. */
  async #renew(): Promise<boolean> {
    const { api, attempts, log, signal } = this.#options
    const held = attempts.held()
    if (held.length === 0) return true
    // Beyond a lease's length an answer comes too late.
    const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(Math.max(1_000, this.#shortest() / 3)))])
    try {
      for (let from = 0; from < held.length; from += limits.reportsPerCall) {
        const part = held.slice(from, from + limits.reportsPerCall)
        const askedAt = performance.now()
        const answer = await api.renew(
          part.map(({ lease }) => lease),
          limit,
        )
        // By their tokens: an attempt of a task may still end here while the next one runs.
        const kept = new Set(answer.held.map(lease => lease.lease_token))
        for (const one of part) if (kept.has(one.token)) one.extend(askedAt, answer.lease_seconds)
        attempts.lose(new Set(part.filter(one => !kept.has(one.token)).map(one => one.token)))
      }
      return true
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: String(error) }, 'the leases could not be renewed, trying again')
      return false
    }
  }
}
