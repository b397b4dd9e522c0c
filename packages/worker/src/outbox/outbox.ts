import type { Json } from '@codetether/protocol/json'
import type { OutputStream } from '@codetether/protocol/work/output'
import type { Outcome } from '../answers.ts'
import type { HeldLease } from '../held-lease.ts'
import type { Finish } from '../runtimes/runtime.ts'
import type { Note, SentReport } from '../worker-api.ts'
import { Draft } from './draft.ts'
import { Spool } from './spool.ts'

/** Output goes out when there is so much of it, or after a moment. */
const flushChars = 64 * 1024
const flushMs = 50
/** Whoever puts out more than this, while the server takes it more slowly, waits. */
const windowChars = 256 * 1024

/** Far more than an attempt keeps. */
const checkpointsPerAttempt = 1_000_000_000

export type Taken = Extract<Outcome, { ok: true }>

export interface OutboxOptions {
  lease: HeldLease
  /** Where reports are kept while the server is away, and how many bytes of them. */
  spoolPath: string
  spoolBytes: number
  /** Something is to be sent. */
  onReady(outbox: Outbox): void
  /** The attempt is not this worker's any more. */
  onLost(message: string): void
}

/**
 * The reports of one attempt on their way to the server, numbered, in their order. While the server takes them they are held in memory,
 * and whoever writes too fast waits. While it is away they go to a file up to a size; what comes beyond that is counted, and the
 * count is put out in its place.
 */
export class Outbox {
  readonly held: HeldLease
  readonly #options: OutboxOptions
  readonly #draft = new Draft()
  #seq: number
  /** What the sender has, and whether the spool has it too. */
  #head: { report: SentReport; isSpooled: boolean } | null = null
  #spool: Spool | null = null
  #isAway = false
  /** Bytes that were left out. */
  #dropped = 0
  #note: Note | null = null
  #checkpoints = 0
  #isParked = false
  #finish: Finish | null = null
  #finished: PromiseWithResolvers<Taken | null> | null = null
  #room: PromiseWithResolvers<void> | null = null
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #refusals = 0

  /** With a spool: what an earlier process has left of this attempt. */
  constructor(options: OutboxOptions, left?: { spool: Spool | null; seq: number }) {
    this.held = options.lease
    this.#options = options
    this.#spool = left?.spool ?? null
    this.#seq = left?.seq ?? 0
  }

  /** Nothing waits, or the rest of it is nobody's business any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  async add(stream: OutputStream, text: string): Promise<void> {
    if (text === '' || this.#isClosed) return
    if (!this.#isAway) this.#tellDropped()
    this.#draft.add(stream, text)
    if (this.#draft.chars >= flushChars) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushMs)
    while (!this.#isAway && !this.#isClosed && this.#draft.chars >= windowChars) {
      this.#room ??= Promise.withResolvers()
      await this.#room.promise
    }
  }

  /** Tells something beside the output; of what comes faster than it can be sent the last counts. */
  note(note: Note): void {
    if (this.#isClosed) return
    this.#note = { ...this.#note, ...note }
    this.#timer ??= setTimeout(() => this.#flush(), flushMs)
  }

  /** The same of where a later attempt may go on. Those of a later attempt have higher numbers. */
  checkpoint(data: Json): void {
    this.#checkpoints += 1
    const checkpoint = { seq: this.held.lease.attempt * checkpointsPerAttempt + this.#checkpoints, data }
    this.note({ checkpoint })
  }

  /** Ends the attempt or the turn. @returns what the server says to it; null if the attempt is lost. */
  finish(finish: Finish): Promise<Taken | null> {
    this.#finished = Promise.withResolvers()
    const { promise } = this.#finished
    if (this.#isClosed) this.#finished.resolve(null)
    this.#finish = finish
    this.#flush()
    return promise
  }

  /** Sends what an earlier process has left, and then how that ended, unless it says so itself. */
  resume(end: Finish | null): Promise<Taken | null> {
    if (end) return this.finish(end)
    this.#finished = Promise.withResolvers()
    this.#options.onReady(this)
    return this.#finished.promise
  }

  /** For the sender: the next report, which is the same until `taken`. */
  head(): SentReport | null {
    if (this.#isClosed) return null
    if (this.#head) return this.#head.report
    const spooled = this.#spool?.first() ?? null
    if (!spooled && this.#spool && this.#spool.bytes > 0) {
      this.lose('reports that were kept cannot be read any more')
      return null
    }
    const report = spooled ?? this.#number()
    this.#head = report && { report, isSpooled: spooled !== null }
    return report
  }

  /** The server has taken the head, with a call that was made then. */
  taken(outcome: Taken, askedAt: number): void {
    const { finish } = this.#head?.report ?? {}
    this.held.extend(askedAt)
    this.#isAway = false
    this.#refusals = 0
    this.#advance()
    this.#tellDropped()
    this.#makeRoom()
    if (finish) this.#end(outcome)
    else if (this.#spool || this.#draft.chars > 0 || this.#finish || this.#note) this.#options.onReady(this)
  }

  /** The server could not be asked: what waits goes to the file until it is back. */
  failed(): void {
    if (this.#isClosed) return
    this.#isAway = true
    this.#spoolHead()
    this.#flush()
    this.#makeRoom()
  }

  /** The server refuses the head for what it is: its place is kept, and it says so. */
  refused(message: string): void {
    if (!this.#head) return
    this.#refusals += 1
    if (this.#refusals > 1) {
      this.lose(message)
      return
    }
    const { output = [], finish, worker_seq } = this.#head.report
    const chars = output.reduce((sum, { text }) => sum + text.length, 0)
    const note = `[${chars} characters of output were refused by the server: ${message}]\n`
    const report: SentReport = {
      ...this.held.lease,
      worker_seq,
      output: chars > 0 ? [{ stream: 'system', text: note }] : [],
      ...(finish && { finish: { status: 'failed', error: `The result was refused by the server: ${message}` } }),
    }
    this.#head = { ...this.#head, report }
    this.#options.onReady(this)
  }

  /** The attempt is lost: nothing of it is wanted any more. */
  lose(message: string): void {
    if (this.#isClosed) return
    this.#options.onLost(message)
    this.discard()
  }

  discard(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#spool?.remove()
    this.#spool = null
    this.#draft.clear()
    this.#makeRoom()
    this.#finished?.resolve(null)
  }

  /** Leaves what waits to a later process. */
  park(): void {
    if (this.#isClosed) return
    this.#isParked = true
    this.failed()
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#spool?.close()
    this.#spool = null
    this.#makeRoom()
    this.#finished?.resolve(null)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#isClosed) return
    if (this.#isAway) this.#store()
    this.#options.onReady(this)
  }

  /** The server is away: what is there goes to the file, if there is room for it. */
  #store(): void {
    if (this.#dropped > 0 || (this.#spool?.bytes ?? 0) + this.#draft.chars > this.#options.spoolBytes) {
      this.#dropped += this.#draft.bytes
      this.#draft.clear()
      if (this.#finish) this.#tellDropped()
    }
    for (let report = this.#number(); report; report = this.#number()) this.#append(report)
  }

  /** Makes the next report of what is there. */
  #number(): SentReport | null {
    const output = this.#draft.take()
    const finish = this.#draft.chars === 0 ? this.#finish : null
    // While the server is away only the last note is kept, in memory: in the file each of them would take room.
    const note = this.#isAway && !this.#isParked && !finish ? null : this.#note
    if (output.length === 0 && !finish && !note) return null
    if (finish) this.#finish = null
    if (note) this.#note = null
    this.#seq += 1
    return { ...this.held.lease, worker_seq: this.#seq, output, ...note, ...(finish && { finish }) }
  }

  /** Where the file cannot be written the attempt is over: its reports have no gaps, and other attempts go on. */
  #append(report: SentReport): void {
    if (this.#isClosed) return
    try {
      this.#spool ??= Spool.create(this.#options.spoolPath, this.held.lease)
      this.#spool.append(report)
    } catch (error) {
      this.lose(`reports cannot be kept: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Nothing follows the head that is numbered and not in the file. */
  #spoolHead(): void {
    if (!this.#head || this.#head.isSpooled) return
    this.#append(this.#head.report)
    this.#head.isSpooled = true
  }

  #advance(): void {
    if (this.#head?.isSpooled) this.#spool?.shift()
    this.#head = null
    if (this.#spool?.bytes !== 0) return
    this.#spool.remove()
    this.#spool = null
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return
    const text = `[${this.#dropped} bytes of output were left out here: the server was away for too long]\n`
    this.#draft.addFirst({ stream: 'system', text })
    this.#dropped = 0
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = null
  }

  #end(outcome: Taken): void {
    const finished = this.#finished
    this.#finished = null
    if (outcome.next_turn === undefined) this.discard()
    finished?.resolve(outcome)
  }
}
