import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '@codetether/protocol/limits'
import type { Message } from '@codetether/protocol/message'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { Context } from '../../context.ts'
import type { Principal } from '../../principal.ts'
import { type ChangedTask, type CodebaseChanges, findChanges, findPrompt } from '../../store/codebase-changes.ts'
import { readEvents } from '../../store/read-events.ts'
import type { CodebasePlace, TaskPlace } from './codebase-place.ts'

/** What a reader of a codebase gets. */
export type CodebaseNews =
  | { kind: 'open' }
  /** An event of a task, of which the reader has `skip` pieces already. */
  | { kind: 'event'; task: ChangedTask; event: LoggedEvent; prompt: Message | null; skip: number }
  /** Events that the reader has not seen are not told: it looks for itself what there is. */
  | { kind: 'resync'; reason: string }
  | { kind: 'idle' }
  | { kind: 'deleted' }

export interface FollowCodebase {
  codebaseId: string
  /** Null: only what comes. */
  after: CodebasePlace | null
  signal: AbortSignal
}

/** Changed tasks that are looked at in one go. */
const atOnce = 500
/** Hints come with every report; a reader looks at most so often. */
const restMs = 50

/**
 * Everything that happens to the caller's tasks of a codebase, in the order in which it was stored, each task's events in theirs. Ends with
 * the signal, or when the codebase is deleted.
 */
export class CodebaseReader {
  readonly #ctx: Context
  readonly #range: { tenantId: string; principal: string; codebaseId: string }
  readonly #signal: AbortSignal
  #after: CodebasePlace | null
  #from = 0
  /** Tasks that transactions from `from` on have changed, as far as they were told. */
  readonly #told = new Map<string, TaskPlace & { changedIn: number }>()

  constructor(ctx: Context, { tenantId, id: principal }: Principal, { codebaseId, after, signal }: FollowCodebase) {
    this.#ctx = ctx
    this.#range = { tenantId, principal, codebaseId }
    this.#after = after
    this.#signal = signal
  }

  /** Where the reader is, with all that it was told. */
  get place(): CodebasePlace {
    return { from: this.#from, tasks: this.#told }
  }

  /** Where it is when only so many pieces of the last event were shown. */
  placeWithin({ id }: ChangedTask, { seq }: LoggedEvent, part: number): CodebasePlace {
    return { from: this.#from, tasks: new Map<string, TaskPlace>(this.#told).set(id, { seq: seq - 1, part }) }
  }

  async *news(): AsyncGenerator<CodebaseNews> {
    using watch = this.#ctx.activity.watch()
    watch.follow([this.#range.codebaseId])
    const reset = await this.#begin()
    if (reset !== null) yield { kind: 'resync', reason: reset }
    yield { kind: 'open' }
    while (!this.#signal.aborted) {
      const changes = await this.#look(this.#from)
      if (!changes.isThere) return yield { kind: 'deleted' }
      watch.follow([this.#range.codebaseId, ...changes.lanes])
      let isQuiet = true
      for await (const news of this.#tell(changes)) {
        isQuiet = false
        yield news
      }
      if (changes.tasks.length === atOnce) continue
      if (isQuiet) yield { kind: 'idle' }
      await pause(restMs, undefined, { signal: this.#signal }).catch(() => undefined)
      await watch.next(limits.streamHeartbeatMs, this.#signal)
    }
  }

  /** @returns why the reader cannot go on where it was. */
  async #begin(): Promise<string | null> {
    const after = this.#after
    this.#after = null
    const changes = await this.#look(null)
    if (after?.tasks && after.from < changes.ceiling) {
      this.#from = after.from
      for (const [id, place] of after.tasks) this.#told.set(id, { ...place, changedIn: Number.MAX_SAFE_INTEGER })
      return null
    }
    this.#skip(changes)
    return after && 'what happened since cannot be told: look at the tasks'
  }

  #look(from: number | null): Promise<CodebaseChanges> {
    const { tenantId } = this.#range
    return this.#ctx.store.read(tenantId, tx => findChanges(tx, { ...this.#range, from, limit: atOnce }))
  }

  /** Takes what is there as told. */
  #skip({ from, tasks }: CodebaseChanges): void {
    this.#from = from
    this.#told.clear()
    for (const { id, lastSeq, changedIn } of tasks) this.#told.set(id, { seq: lastSeq, part: 0, changedIn })
  }

  async *#tell(changes: CodebaseChanges): AsyncGenerator<CodebaseNews> {
    const { tasks, floor, ceiling } = changes
    for (const [index, task] of tasks.entries()) {
      yield* this.#tellTask(task)
      const next = tasks[index + 1]?.changedIn ?? (tasks.length < atOnce ? floor : task.changedIn)
      this.#advance(Math.min(next, floor))
    }
    if (tasks.length === 0) this.#advance(floor)
    const isStuck = tasks.length === atOnce && this.#from === changes.from
    if (!isStuck) return
    // A transaction that has been under way for long hides which of so many changes are told.
    this.#skip({ ...changes, ...(await this.#look(ceiling)), from: ceiling })
    yield { kind: 'resync', reason: 'too much has changed at once: look at the tasks' }
  }

  #advance(from: number): void {
    if (from <= this.#from) return
    this.#from = from
    for (const [id, { changedIn }] of this.#told) if (changedIn < from) this.#told.delete(id)
  }

  async *#tellTask(task: ChangedTask): AsyncGenerator<CodebaseNews> {
    const { id: taskId, lastSeq, changedIn, toldSeq } = task
    const { tenantId } = this.#range
    let { seq, part } = this.#told.get(taskId) ?? { seq: toldSeq, part: 0 }
    while (seq < lastSeq && !this.#signal.aborted) {
      const read = await this.#ctx.store.read(tenantId, tx => readEvents(tx, { tenantId, taskId, afterSeq: seq }))
      const [first] = read?.events ?? []
      if (first?.seq !== seq + 1) {
        yield this.#leap(task)
        return
      }
      for (const event of read?.events ?? []) {
        if (event.seq > lastSeq) break
        const isNew = event.kind === 'created'
        const prompt = isNew ? await this.#ctx.store.read(tenantId, tx => findPrompt(tx, tenantId, taskId)) : null
        this.#told.set(taskId, { seq: event.seq, part: 0, changedIn })
        yield { kind: 'event', task, event, prompt, skip: part }
        part = 0
        seq = event.seq
      }
    }
    if (seq >= lastSeq) this.#told.set(taskId, { seq, part, changedIn })
  }

  /** The beginning of a log is not kept for ever. */
  #leap({ id, lastSeq, changedIn }: ChangedTask): CodebaseNews {
    this.#told.set(id, { seq: lastSeq, part: 0, changedIn })
    return { kind: 'resync', reason: `events of the task ${id} are not kept any more` }
  }
}
