import { limits } from '@codetether/protocol/limits'
import type { LoggedEvent } from '@codetether/protocol/task-event'
import type { TaskState } from '@codetether/protocol/task-state'

/** A part of a task's log, and how far the task is. */
export interface LogPart {
  events: LoggedEvent[]
  /** There are events behind these. */
  more: boolean
  /** The generation and the state that the whole log leads to. */
  reached: number
  state: TaskState
}

/** What this process has just added to a log: a reader that stands right before it need not read it. */
export interface News {
  /** Its events are those behind this seq, up to `lastSeq`. */
  afterSeq: number
  lastSeq: number
  /** About how much it holds. */
  chars: number
  part(): LogPart
}

/**
 * News for one reader, no more than it may hold of a log. The log stays the truth: whatever is not known to be the whole
 * of the news is forgotten, and the reader reads.
 */
export class NewsBuffer {
  #news: News[] = []
  #chars = 0
  #mustRead: boolean

  constructor(known: News | null) {
    this.#mustRead = known === null
    if (known) this.add(known)
  }

  add(news: News) {
    if (this.#mustRead) return
    this.#news.push(news)
    this.#chars += news.chars
    const events = news.lastSeq - (this.#news[0]?.afterSeq ?? 0)
    if (events > limits.streamBatchEvents || this.#chars > limits.streamBatchBytes) this.forget()
  }

  /** The log has changed in a way that is not told: only reading it helps. */
  forget() {
    this.#clear()
    this.#mustRead = true
  }

  /** All news behind `afterSeq`, or null if the reader has to read the log. What comes from now on is kept again. */
  take(afterSeq: number): LogPart | null {
    const news = this.#news.filter(({ lastSeq }) => lastSeq > afterSeq)
    this.#clear()
    this.#mustRead = false
    const isGapless = news.every((one, n) => one.afterSeq === (news[n - 1]?.lastSeq ?? afterSeq))
    const parts = isGapless ? news.map(one => one.part()) : []
    const last = parts.at(-1)
    return last ? { ...last, events: parts.flatMap(part => part.events) } : null
  }

  #clear() {
    this.#news = []
    this.#chars = 0
  }
}
