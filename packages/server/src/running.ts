import { limits } from '@codetether/protocol/limits'
import type { LeaseSlots } from './lease-slots.ts'

/** The runs of agents in this process: started here, stopped by cancellation, a lost lease or the end of the process. */
export interface RunningTasks extends AsyncDisposable {
  /** Keeps room for one that is about to start, until disposed; null if there is none. */
  admit(): Disposable | null
  /** How many more may run. */
  room(): number
  size(): number
  /** Runs in the background. `run` must not reject. @returns false if far too many run. */
  start(lease: RunLease, run: (signal: AbortSignal) => Promise<void>): boolean
  tokens(): string[]
  /** The tokens of a task that runs here: two for a moment after its lease was lost, none if it does not. */
  tokensOf(taskId: string): string[]
  abort(taskId: string, reason: Error): void
  /** Aborts the runs whose leases are gone. */
  abortTokens(tokens: readonly string[], reason: Error): void
}

export interface RunLease {
  taskId: string
  token: string
}

/** The reason with which the signal of a run is aborted when the process stops. */
export class Stopping extends Error {
  override name = 'Stopping'
}

interface Run {
  token: string
  controller: AbortController
  done: Promise<void>
}

const patienceMs = limits.gracefulStopMs / 4

export interface RunningOptions {
  slots: LeaseSlots
  /** Runs at once. */
  most: number
  onStart(): void
  onEnd(): void
}

/** A place that is given back once, however often it is disposed. */
function placeUntil(giveBack: () => void): Disposable {
  let isHeld = true
  return {
    [Symbol.dispose]() {
      if (isHeld) giveBack()
      isHeld = false
    },
  }
}

export function createRunningTasks({ slots, most, onStart, onEnd }: RunningOptions): RunningTasks {
  const byTask = new Map<string, Set<Run>>()
  const byToken = new Map<string, Run>()
  let admitted = 0
  let stopping: Stopping | null = null
  const room = () => most - byToken.size - admitted

  const end = (taskId: string, run: Run) => {
    const group = byTask.get(taskId)
    group?.delete(run)
    if (group?.size === 0) byTask.delete(taskId)
    byToken.delete(run.token)
    onEnd()
  }

  return {
    admit() {
      if (room() <= 0) return null
      admitted++
      return placeUntil(() => void admitted--)
    },
    room: () => Math.max(0, room()),
    size: () => byToken.size,
    start({ taskId, token }, run) {
      const slot = slots.take(token)
      if (slot === null) return false
      const entry: Run = { token, controller: new AbortController(), done: Promise.resolve() }
      if (stopping) entry.controller.abort(stopping)
      byTask.set(taskId, (byTask.get(taskId) ?? new Set()).add(entry))
      byToken.set(token, entry)
      onStart()
      entry.done = run(entry.controller.signal).finally(() => {
        slots.free(slot)
        end(taskId, entry)
      })
      return true
    },
    tokens: () => [...byToken.keys()],
    tokensOf: taskId => [...(byTask.get(taskId) ?? [])].map(run => run.token),
    abort(taskId, reason) {
      for (const { controller } of byTask.get(taskId) ?? []) controller.abort(reason)
    },
    abortTokens(tokens, reason) {
      for (const token of tokens) byToken.get(token)?.controller.abort(reason)
    },
    async [Symbol.asyncDispose]() {
      stopping = new Stopping('the server is stopping')
      const all = [...byToken.values()]
      for (const { controller } of all) controller.abort(stopping)
      // A handler that does not heed its signal must not keep the process; its task goes on at the next start.
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, patienceMs)
      await Promise.race([Promise.all(all.map(run => run.done)), late])
      clearTimeout(timer)
    },
  }
}
