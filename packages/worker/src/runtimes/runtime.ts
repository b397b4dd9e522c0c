import type { ClaimedTask } from '@codetether/protocol/work/claim'
import type { OutputStream } from '@codetether/protocol/work/output'
import type { Report } from '@codetether/protocol/work/report'

/** What may be done without asking a person: everything, what only reads, nothing. */
export type ApprovalPolicy = 'all' | 'safe' | 'none'

/** How an attempt or a turn of it ends. */
export interface Finish extends Pick<NonNullable<Report['finish']>, 'status'> {
  /** The answer; with `input-required` the question. */
  result?: string | undefined
  error?: string | undefined
  /** With `failed`: it may work another time. */
  retry?: boolean
}

/** A task as a runtime gets it: `prompt` is the message that this turn answers. */
export type RunnableTask = Omit<ClaimedTask, 'lease_token' | 'lease_seconds'>

/** What a run tells while it lasts. */
export interface RuntimeIo {
  /**
   * Puts out text; bytes are read as UTF-8, and may be cut anywhere. Await it: it waits while the server takes less than comes.
   */
  output(stream: OutputStream, data: string | Uint8Array): Promise<void>
  /** No more output comes: what was held back, because it could have been the beginning of a secret, goes out. */
  end(): Promise<void>
  /** The end of what a stream has put out, without secrets. */
  tail(stream: OutputStream, chars: number): string
}

export interface RunOptions {
  io: RuntimeIo
  approve: ApprovalPolicy
  /** Aborted when the run must end: the task was canceled or lost, its time is over, or the worker stops. */
  signal: AbortSignal
}

/**
 * What carries out tasks. `run` resolves when nothing of the run is left, also after an abort, whose reason the caller knows. What it
 * throws fails the task.
 */
export interface Runtime {
  readonly name: string
  run(task: RunnableTask, options: RunOptions): Promise<Finish>
}
