import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { runVariable } from './command-environment.ts'

/** Runs that end together are looked for together: a look at all processes takes as long for many runs as for one. */
const gatherMs = 20
/** What is started while it is looked for is found with the next look. */
const mostLooks = 5

/** Processes that have left the groups of their runs but carry their names. Only where processes can be looked at: on Linux. */
export class Strays {
  /** The next look, and the names of the runs whose processes it kills. */
  #next: { marks: Set<string>; done: Promise<void> } | null = null

  /** Kills those of a run. */
  kill(runId: string): Promise<void> {
    if (process.platform !== 'linux') return Promise.resolve()
    if (!this.#next) {
      const marks = new Set<string>()
      this.#next = { marks, done: this.#kill(marks) }
    }
    this.#next.marks.add(`${runVariable}=${runId}`)
    return this.#next.done
  }

  async #kill(marks: ReadonlySet<string>): Promise<void> {
    await delay(gatherMs)
    this.#next = null
    for (let looks = 0; looks < mostLooks; looks++) {
      const found = straysOf(marks)
      if (found.length === 0) return
      for (const pid of found) killNow(pid)
      await delay(gatherMs)
    }
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

const straysOf = (marks: ReadonlySet<string>): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter(pid => Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).some(word => marks.has(word)))

/** Nothing of a process that is somebody else's or has ended. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
