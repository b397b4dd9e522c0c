import { limits } from '@codetether/protocol/limits'

/** The runs of agents in this process: started here, stopped by cancellation, a lost lease or the end of the process. */
export interface RunningTasks extends AsyncDisposable {
  /** Runs in the background. `run` must not reject. */
  start(taskId: string, run: (signal: AbortSignal) => Promise<void>): void
  abort(taskId: string, reason: Error): void
  ids(): string[]
}

/** The reason with which the signal of a run is aborted when the process stops. */
export class Stopping extends Error {
  override name = 'Stopping'
}

interface Run {
  controller: AbortController
  done: Promise<void>
}

const patienceMs = limits.gracefulStopMs / 4

export function createRunningTasks(): RunningTasks {
  // A task may have two runs for a moment: one that has asked or lost its lease and has not returned yet, and the next.
  const runs = new Map<string, Set<Run>>()
  let stopping: Stopping | null = null
  return {
    start(taskId, run) {
      const controller = new AbortController()
      if (stopping) controller.abort(stopping)
      const group = runs.get(taskId) ?? new Set()
      const entry: Run = { controller, done: Promise.resolve() }
      runs.set(taskId, group.add(entry))
      entry.done = run(controller.signal).finally(() => {
        group.delete(entry)
        if (group.size === 0) runs.delete(taskId)
      })
    },
    abort(taskId, reason) {
      for (const { controller } of runs.get(taskId) ?? []) controller.abort(reason)
    },
    ids: () => [...runs.keys()],
    async [Symbol.asyncDispose]() {
      stopping = new Stopping('the server is stopping')
      const all = [...runs.values()].flatMap(group => [...group])
      for (const { controller } of all) controller.abort(stopping)
      // A handler that does not heed its signal must not keep the process; its task goes on at the next start.
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, patienceMs)
      await Promise.race([Promise.all(all.map(run => run.done)), late])
      clearTimeout(timer)
    },
  }
}
