import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { HeldLease as KnownLease } from './answers.ts'
import type { Attempts } from './attempts.ts'
import { HeldLease } from './held-lease.ts'
import { Outbox } from './outbox/outbox.ts'
import type { Sender } from './outbox/sender.ts'
import { Spool, spoolPath } from './outbox/spool.ts'
import type { Finish } from './runtimes/runtime.ts'
import type { WorkerLog } from './settings.ts'

/** For a lease that is about to be given back: its reports prolong it meanwhile. */
const leaseSeconds = 60

export interface LeftoversOptions {
  directory: string
  attempts: Attempts
  sender: Sender
  log: WorkerLog
}

/**
 * Leases that this worker holds without running anything: those of a process that ended, and tasks that were claimed with an answer that
 * got lost. What is on disk of them is sent. Tasks that have no end there are given back: as an attempt that came to nothing, if one has begun.
 */
export class Leftovers {
  readonly #options: LeftoversOptions
  /** What earlier processes have left, by the tokens of leases. */
  readonly #spools = new Map<string, Spool>()
  readonly #open = new Map<string, Outbox>()
  /** Until this process has claimed anything: what it holds then was run by an earlier one, which has died over it. */
  #isEarlier = true

  private constructor(options: LeftoversOptions) {
    this.#options = options
  }

  static async find(options: LeftoversOptions): Promise<Leftovers> {
    const leftovers = new Leftovers(options)
    for (const name of await readdir(options.directory)) {
      if (!name.endsWith('.jsonl')) continue
      const path = join(options.directory, name)
      const spool = Spool.open(path)
      if (spool) leftovers.#spools.set(spool.lease.lease_token, spool)
      else {
        // A process that died, or a disk that was full, before its first line was there.
        options.log.warn({ path }, 'a file without a lease is removed: nobody knows what it belongs to')
        await rm(path, { force: true })
      }
    }
    return leftovers
  }

  /** Settles what the server says that this worker holds. */
  readonly settle = (known: readonly KnownLease[]): void => {
    const { attempts, sender } = this.#options
    for (const lease of known)
      if (!attempts.has(lease.lease_token) && !this.#open.has(lease.lease_token)) this.#giveBack(lease)
    for (const [token, spool] of this.#spools) {
      // Its task runs elsewhere, or has ended.
      if (!this.#open.has(token)) spool.remove()
    }
    this.#spools.clear()
    this.#isEarlier = false
    sender.hurry()
  }

  get isDone(): boolean {
    return this.#open.size === 0
  }

  /** Leaves what the server has not taken to a later process. */
  park(): void {
    for (const outbox of this.#open.values()) outbox.park()
    for (const spool of this.#spools.values()) spool.close()
  }

  #giveBack(lease: KnownLease): void {
    const { sender, log } = this.#options
    const spool = this.#spools.get(lease.lease_token)
    const last = spool?.last
    const outbox = new Outbox(
      {
        lease: new HeldLease(lease, leaseSeconds, performance.now()),
        spoolPath: spoolPath(this.#options.directory, lease),
        spoolBytes: Number.POSITIVE_INFINITY,
        onReady: sender.ready,
        onLost: () => undefined,
      },
      { spool: spool ?? null, seq: Math.max(lease.worker_seq, last?.worker_seq ?? 0) },
    )
    this.#open.set(lease.lease_token, outbox)
    const isFinished = last?.finish !== undefined
    log.info({ taskId: lease.task_id, isFinished }, 'settling a task of an earlier run')
    // A task that kills its worker each time comes to an end by that.
    const end: Finish = this.#isEarlier
      ? { status: 'failed', retry: true, error: 'The worker has died while it ran the task.' }
      : { status: 'released' }
    void outbox.resume(isFinished ? null : end).finally(() => this.#open.delete(lease.lease_token))
  }
}
