import { isInterrupted, isTerminal, type TaskState, taskStates } from '@codetether/protocol/task-state'
import type { StreamEvent } from '@codetether/protocol/v03/wire'
import { backOffMs, sendRetry, streamRetry } from './back-off.ts'
import { snapshotIn } from './cursor-gone.ts'
import { ConnectionError, isRetryable, RemoteError } from './errors.ts'
import type { Frame } from './frames.ts'
import type { RetryOptions } from './retry.ts'
import { sleep } from './sleep.ts'

/** How far a reader of a task has come. */
export interface Cursor {
  /** Unknown until the first frame of a new task. */
  taskId: string | undefined
  lastEventId: string | undefined
  /** The state that the last frame told. */
  state?: string | undefined
}

const known = (state: string | undefined): TaskState | undefined => taskStates.find(name => name === state)

const isFinished = (state: string | undefined): boolean => {
  const name = known(state)
  return name !== undefined && isTerminal(name)
}

/** Nothing happens to the task any more, or it waits for its caller. */
export const isSettled = (state: string | undefined): boolean => {
  const name = known(state)
  return name !== undefined && (isTerminal(name) || isInterrupted(name))
}

/** The state that a frame tells; undefined for those that tell none. */
const stateOf = (event: StreamEvent): string | undefined =>
  event.kind === 'task' || event.kind === 'status-update' ? event.status.state : undefined

/**
 * After this frame nothing more comes. A question of the task is no end by itself: a replayed log also shows those that
 * were answered, and with `auth-required` the task may go on while somebody signs in elsewhere.
 */
const isLast = (event: StreamEvent): boolean =>
  event.kind === 'message' || (event.kind === 'status-update' && event.final) || isFinished(stateOf(event))

const taskIdOf = (event: StreamEvent): string | undefined => (event.kind === 'task' ? event.id : event.taskId)

/** The count of visible changes that a frame carries as its id; undefined for servers with other ids. */
const generationOf = (id: string | undefined): number | undefined =>
  id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : undefined

/** Moves the cursor over a frame. Returns false if the reader has had it already. */
const advance = (cursor: Cursor, { event, id }: Frame): boolean => {
  const [last, next] = [generationOf(cursor.lastEventId), generationOf(id)]
  if (last !== undefined && next !== undefined && next <= last) return false
  cursor.taskId = taskIdOf(event) ?? cursor.taskId
  cursor.state = stateOf(event) ?? cursor.state
  if (id !== undefined) cursor.lastEventId = id === '' ? undefined : id
  return true
}

/** An unnumbered snapshot says nothing new: a server that answers each call with one must not be asked for ever. */
const isProgress = ({ event, id }: Frame): boolean => id !== undefined || event.kind !== 'task'

/** Told before a snapshot that stands for changes which the server does not keep any more. */
export type OnGap = () => void

export interface FollowOptions extends RetryOptions {
  onGap?: OnGap | undefined
  /** `open` may be called again before its first frame has come; default true. */
  mayReopen?: boolean | undefined
}

/** Only a broken connection is worth repeating before the first frame; later, a server that asks to come back is too. */
const mayPass = (error: unknown, connected: boolean): error is ConnectionError | RemoteError =>
  isRetryable(error) && (connected || (error instanceof ConnectionError && !error.timedOut))

/**
 * Reads frames to the task's end or interruption, across connections: `open` is called again with the cursor whenever
 * the connection breaks, ends early or the server asks to come back. Each frame is yielded once; where the server does
 * not keep the next one any more, a snapshot of the task comes in its place. Throws the last error when no connection
 * brings anything new for about two minutes, and other errors at once.
 */
export async function* follow(
  open: (cursor: Cursor) => AsyncIterable<Frame>,
  start: Cursor,
  { signal, onRetry, onGap, mayReopen = true }: FollowOptions,
): AsyncGenerator<StreamEvent> {
  const cursor = { ...start }
  let failures = 0
  let connected = false
  for (;;) {
    let failure: Error
    try {
      for await (const frame of open(cursor)) {
        connected = true
        if (!advance(cursor, frame)) continue
        if (isProgress(frame)) failures = 0
        yield frame.event
        if (isLast(frame.event)) return
      }
      if (isSettled(cursor.state)) return
      failure = new ConnectionError('the stream ended before the task did')
    } catch (error) {
      const snapshot = snapshotIn(error)
      if (snapshot && advance(cursor, snapshot)) {
        onGap?.()
        connected = true
        failures = 0
        yield snapshot.event
        if (isLast(snapshot.event)) return
        continue
      }
      if (!mayPass(error, connected)) throw error
      failure = error
    }
    if (!connected && !mayReopen) throw failure
    failures += 1
    const policy = connected ? streamRetry : sendRetry
    if (failures > policy.attempts) throw failure
    const waitMs = backOffMs(failures, policy, failure instanceof RemoteError ? failure.retryAfter : 0)
    onRetry?.(failure, waitMs)
    await sleep(waitMs, signal)
  }
}
