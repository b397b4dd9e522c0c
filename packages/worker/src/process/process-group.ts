import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 25
/** After SIGKILL only the system has to tidy up. Where process 1 is no init it never does. */
const goneMs = 1_000

/** The processes of the group that a command leads. */
export class ProcessGroup {
  readonly #leader: number
  #ending: Promise<void> | null = null

  constructor(leader: number) {
    this.#leader = leader
  }

  /** Asks all to end, kills those that are still there after a while. Resolves when none is left. */
  end(graceMs: number): Promise<void> {
    this.#ending ??= this.#end(graceMs)
    return this.#ending
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
