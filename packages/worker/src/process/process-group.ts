import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { runVariable } from './command-environment.ts'

const pollMs = 25
/** After SIGKILL only the system has to tidy up. */
const goneMs = 2_000

/** The processes of a run: those of the group that its command leads, and those that left it but carry the name of the run. */
export class ProcessGroup {
  readonly #leader: number
  readonly #runId: string
  #ending: Promise<void> | null = null

  constructor(leader: number, runId: string) {
    this.#leader = leader
    this.#runId = runId
  }

  /** Asks all to end, kills those that are still there after a while. Resolves when none is left. */
  end(graceMs: number): Promise<void> {
    this.#ending ??= this.#end(graceMs)
    return this.#ending
  }

  /** Kills those that left the group. Only where processes can be looked at: on Linux. */
  killStrays(): void {
    const mark = `${runVariable}=${this.#runId}`
    for (const pid of strays(mark)) signalTo(pid, 'SIGKILL')
  }

  async #end(graceMs: number): Promise<void> {
    signalTo(-this.#leader, 'SIGTERM')
    if (await this.#isGoneWithin(graceMs)) return
    signalTo(-this.#leader, 'SIGKILL')
    await this.#isGoneWithin(goneMs)
  }

  async #isGoneWithin(ms: number): Promise<boolean> {
    const until = performance.now() + ms
    while (signalTo(-this.#leader, 0)) {
      if (performance.now() >= until) return false
      await delay(pollMs)
    }
    return true
  }
}

/** @returns false if nobody is there. */
function signalTo(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function* strays(mark: string): Generator<number> {
  if (process.platform !== 'linux') return
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (Number.isInteger(pid) && pid !== process.pid && environmentOf(pid).includes(mark)) yield pid
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
