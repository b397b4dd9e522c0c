import { setTimeout as delay } from 'node:timers/promises'
import { isTerminal, type TaskState } from '@codetether/protocol/task-state'

/** A frame of a task, in whichever dialect it came. */
export interface Frame {
  /** The generation, which is the cursor behind it. */
  id: number
  taskId: string
  /** The state of a status update. */
  kind: 'task' | 'artifact-update' | TaskState
  /** What the agent says with it. */
  text: string
}

/** Where a reader is. */
export interface Position {
  /** The task, if a frame of it was seen. */
  taskId: string | undefined
  after: number
  signal: AbortSignal
}

/** Opens a stream of the frames behind a position. */
export type Open = (at: Position) => AsyncIterable<Frame>

/** A reader gives up on a task after so many connections. */
const connections = 400
const pauseMs = 50

/**
 * A reader of a whole task who comes back with the id of the last frame whenever the connection breaks, as a browser's
 * EventSource does. It keeps what it gets as it gets it: what comes twice is there twice.
 */
export class Reader {
  readonly frames: Frame[] = []
  /** Resolves at the end of the task; rejects if there are too many connections. */
  readonly done: Promise<void>
  /** How often a stream has ended, as if the task had. */
  earlyEnds = 0
  readonly #open: Open
  readonly #silentMs: number
  #connection = new AbortController()

  /** It gives up on a connection that says nothing for `silentMs`. */
  constructor(open: Open, silentMs = 5_000) {
    this.#open = open
    this.#silentMs = silentMs
    this.done = this.#follow()
    this.done.catch(() => undefined)
  }

  /** The task, as soon as its first frame is there. */
  get taskId(): string | undefined {
    return this.frames[0]?.taskId
  }

  /** Breaks the connection, as an impatient reader does. */
  cut(): void {
    this.#connection.abort()
  }

  get #isOver(): boolean {
    const kind = this.frames.at(-1)?.kind ?? 'task'
    return kind !== 'task' && kind !== 'artifact-update' && isTerminal(kind)
  }

  async #follow(): Promise<void> {
    let cause: unknown
    for (let connection = 1; !this.#isOver; connection++) {
      if (connection > connections) throw new Error(`no end after ${connections} connections`, { cause })
      this.#connection = new AbortController()
      try {
        await this.#read(this.#connection)
        if (!this.#isOver) this.earlyEnds += 1
      } catch (error) {
        cause = error
      }
      if (!this.#isOver) await delay(pauseMs)
    }
  }

  async #read(connection: AbortController): Promise<void> {
    const { signal } = connection
    const timer = setTimeout(() => connection.abort(), this.#silentMs)
    try {
      for await (const frame of this.#open({ taskId: this.taskId, after: this.frames.at(-1)?.id ?? 0, signal })) {
        timer.refresh()
        this.frames.push(frame)
      }
    } finally {
      clearTimeout(timer)
    }
  }
}
