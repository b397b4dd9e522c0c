import type { ClaimedTask } from '@codetether/protocol/work/claim'
import type { HeldLease } from './held-lease.ts'
import type { Outbox } from './outbox/outbox.ts'
import { createRunIo } from './run-io.ts'
import type { ApprovalPolicy, CallerMessage, Finish, RunnableTask, Runtime } from './runtimes/runtime.ts'
import type { WorkerLog } from './settings.ts'
import { Stopped } from './stop-reason.ts'
import type { Secrets } from './text/scrubber.ts'

/** For tasks that name no limit of their own, in seconds. */
const defaultTimeLimit = 1_200
/** Messages that one attempt hears of before their turns. */
const mostHeard = 1_000

export interface AttemptOptions {
  task: ClaimedTask
  runtime: Runtime
  approve: ApprovalPolicy
  secrets: Secrets
  log: WorkerLog
}

/** One attempt of a task here: its turns, one run of the runtime for each, until the server has its end. */
export class Attempt {
  readonly taskId: string
  readonly held: HeldLease
  readonly #options: AttemptOptions
  readonly #outbox: Outbox
  readonly #control = new AbortController()
  #isRunning = false
  /** What the caller has said meanwhile, and who wants to hear it. */
  readonly #said: CallerMessage[] = []
  #heardSeq = 0
  #listener: ((message: CallerMessage) => void) | null = null

  constructor(options: AttemptOptions, outbox: Outbox) {
    this.taskId = options.task.task_id
    this.held = outbox.held
    this.#options = options
    this.#outbox = outbox
  }

  /** The runtime is at work: not that only the server has to hear of the end. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** The caller has said something. It comes again with each connection. */
  hear(message: CallerMessage): void {
    if (message.seq <= this.#heardSeq || this.#said.length >= mostHeard) return
    this.#heardSeq = message.seq
    this.#said.push(message)
    this.#listener?.(message)
  }

  /** Ends what runs. Without effect on an attempt that ends already. */
  stop(reason: Stopped): void {
    this.#control.abort(reason)
  }

  /** Resolves when nothing of it is left here. */
  async run(): Promise<void> {
    const { lease_token: _, lease_seconds: __, ...given } = this.#options.task
    for (let task: RunnableTask = given; ; ) {
      const finish = await this.#turn(task)
      if (finish === null) return this.#outbox.discard()
      const taken = await this.#outbox.finish(finish)
      if (taken?.next_turn === undefined) return
      // Messages have their turns in their order.
      this.#said.shift()
      task = { ...task, prompt: taken.next_turn.prompt }
    }
  }

  /** @returns null if the end of the turn is nobody's business any more. */
  async #turn(task: RunnableTask): Promise<Finish | null> {
    const { runtime, approve, secrets, log } = this.#options
    const { signal } = this.#control
    const seconds = task.time_limit_seconds ?? defaultTimeLimit
    const limit = setTimeout(
      () => this.stop(new Stopped('time limit', `The time limit of ${seconds} s has passed.`)),
      seconds * 1000,
    )
    const io = createRunIo(this.#outbox, secrets)
    try {
      if (signal.aborted) return this.#endOf(null)
      this.#isRunning = true
      const listen = (listener: (message: CallerMessage) => void) => {
        this.#listener = listener
        for (const message of this.#said) listener(message)
      }
      const finish = await runtime.run(task, { io, approve, listen, signal })
      await io.end()
      return this.#endOf(finish)
    } catch (error) {
      if (!signal.aborted) log.error({ taskId: this.taskId, err: error }, 'the runtime has failed')
      const message = error instanceof Error ? error.message : String(error)
      return this.#endOf({ status: 'failed', error: message })
    } finally {
      this.#isRunning = false
      this.#listener = null
      clearTimeout(limit)
    }
  }

  #endOf(finish: Finish | null): Finish | null {
    const { reason, aborted } = this.#control.signal
    if (aborted) return reason instanceof Stopped ? endOfStopped(reason) : { status: 'released' }
    if (finish === null) return null
    const { secrets } = this.#options
    return {
      ...finish,
      ...(finish.result !== undefined && { result: secrets.scrub(finish.result) }),
      ...(finish.error !== undefined && { error: secrets.scrub(finish.error) }),
    }
  }
}

function endOfStopped({ kind, isOfWorker, message }: Stopped): Finish | null {
  if (kind === 'time limit') return { status: 'failed', error: message }
  return isOfWorker ? { status: 'released' } : null
}
