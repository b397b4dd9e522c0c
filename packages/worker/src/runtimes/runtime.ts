import type { Json } from '@codetether/protocol/json'
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

/** How far a run is: of a hundred, and in words. */
export interface Progress {
  percent?: number | undefined
  message?: string | undefined
}

/** Something that the caller has said to a task that runs. It is the prompt of the next turn all the same. */
export interface CallerMessage {
  /** Its place in the log of the task. */
  seq: number
  /** Null for a long one: the next turn has it. */
  text: string | null
}

/** What a run tells while it lasts. */
export interface RuntimeIo {
  /**
   * Puts out text; bytes are read as UTF-8, and may be cut anywhere. Await it: it waits while the server takes less than comes.
   */
  output(stream: OutputStream, data: string | Uint8Array): Promise<void>
  /** Says how far the run is. Throws for what is no progress: more than a hundred, or a message of more than 512 characters. */
  progress(progress: Progress): void
  /** Keeps where a later attempt may go on, in place of what was kept before. Throws for more than 256 Ki characters of JSON. */
  checkpoint(data: Json): void
  /** Names the session in which the run takes place. Throws for a name of more than 256 characters. */
  session(id: string): void
  /** No more output comes: what was held back, because it could have been the beginning of a secret, goes out. */
  end(): Promise<void>
  /** The end of what a stream has put out, without secrets. */
  tail(stream: OutputStream, chars: number): string
}

export interface RunOptions {
  io: RuntimeIo
  approve: ApprovalPolicy
  /** Hears what the caller says while the run lasts, and has said before. */
  listen(listener: (message: CallerMessage) => void): void
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
