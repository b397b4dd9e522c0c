import { join } from 'node:path'
import type { ClaimedTask } from '@codetether/protocol/work/claim'
import { Attempt } from './attempt.ts'
import { HeldLease } from './held-lease.ts'
import { Hint } from './hint.ts'
import { Outbox } from './outbox/outbox.ts'
import type { Sender } from './outbox/sender.ts'
import { spoolPath } from './outbox/spool.ts'
import type { CallerMessage, Runtime } from './runtimes/runtime.ts'
import type { WorkerLog, WorkerSettings } from './settings.ts'
import { Stopped } from './stop-reason.ts'
import type { Secrets } from './text/scrubber.ts'

export const spoolDirectory = ({ dataDir }: WorkerSettings): string => join(dataDir, 'spool')

export interface AttemptsOptions {
  settings: WorkerSettings
  secrets: Secrets
  sender: Sender
  log: WorkerLog
  /** What carries out a task that is not for the configured runtime. */
  errandFor(task: ClaimedTask): Runtime | null
  /** A lease is held that was not before. */
  onHeld(): void
}

/** What this worker runs, each by the token of its lease. */
export class Attempts {
  readonly #options: AttemptsOptions
  readonly #running = new Map<string, { attempt: Attempt; outbox: Outbox }>()
  readonly #changed = new Hint()

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#running.size
  }

  get room(): number {
    return this.#options.settings.maxConcurrent - this.#running.size
  }

  has(token: string): boolean {
    return this.#running.has(token)
  }

  held(): HeldLease[] {
    return [...this.#running.values()].map(({ attempt }) => attempt.held)
  }

  /** Runs a task that was claimed with a call that was made then. */
  start(task: ClaimedTask, askedAt: number): void {
    const { settings, secrets, sender, log, errandFor, onHeld } = this.#options
    const { autoApprove: approve } = settings
    const runtime = errandFor(task) ?? settings.runtime
    const lease = new HeldLease(task, task.lease_seconds, askedAt)
    const outbox = new Outbox({
      lease,
      spoolPath: spoolPath(spoolDirectory(settings), lease.lease),
      spoolBytes: settings.spoolBytes,
      onReady: sender.ready,
      onLost: message => attempt.stop(new Stopped('lost', message)),
    })
    const attempt = new Attempt({ task, runtime, approve, secrets, log }, outbox)
    this.#running.set(lease.token, { attempt, outbox })
    onHeld()
    log.info({ taskId: task.task_id, attempt: task.attempt, title: task.title }, 'task begins')
    void attempt
      .run()
      .catch((error: unknown) => log.error({ taskId: task.task_id, err: error }, 'the attempt has failed'))
      .finally(() => {
        this.#running.delete(lease.token)
        log.info({ taskId: task.task_id, attempt: task.attempt }, 'task ends')
        this.#changed.give()
      })
  }

  /** The caller of a task has said something. */
  hear(taskId: string, message: CallerMessage): void {
    for (const { attempt } of this.#running.values()) if (attempt.taskId === taskId) attempt.hear(message)
  }

  /** The task was canceled, as the server says. */
  cancel(taskId: string): void {
    this.#stop(running => running.taskId === taskId, new Stopped('canceled', 'the task was canceled'))
  }

  /** The server does not know these leases any more. */
  lose(tokens: ReadonlySet<string>): void {
    this.#stop(running => tokens.has(running.held.token), new Stopped('lost', 'the lease was lost'))
  }

  /**
   * The server could not be asked for as long as the leases last: others may run the tasks now. What has ended here already is kept,
   * the server may still take it.
   */
  loseOver(): void {
    this.#stop(
      running => running.isRunning && running.held.isOver(),
      new Stopped('lost', 'the lease could not be renewed in time'),
    )
  }

  /** The worker stops: what runs goes back. */
  giveBack(kind: 'drain' | 'now'): void {
    this.#stop(() => true, new Stopped(kind, 'the worker stops'))
  }

  /** Leaves what the server has not taken to a later process. */
  park(): void {
    for (const { outbox } of this.#running.values()) outbox.park()
  }

  #stop(isMeant: (attempt: Attempt) => boolean, reason: Stopped): void {
    for (const { attempt, outbox } of this.#running.values()) {
      if (!isMeant(attempt)) continue
      if (!reason.isOfWorker) this.#options.log.info({ taskId: attempt.taskId, reason: reason.message }, 'stopping')
      attempt.stop(reason)
      // What it still puts out is not wanted, and must not keep it waiting.
      if (!reason.isOfWorker) outbox.discard()
    }
  }

  /** Resolves when there is room for another one. */
  async whenRoom(signal: AbortSignal): Promise<void> {
    while (this.room <= 0 && !signal.aborted) await this.#changed.next(60_000, signal)
  }

  /** Resolves when nothing runs, or on abort. */
  async whenIdle(signal: AbortSignal): Promise<void> {
    while (this.size > 0 && !signal.aborted) await this.#changed.next(60_000, signal)
  }
}
