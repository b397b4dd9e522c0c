import type { DataDirectory } from './data-directory.ts'
import { type ServerProcess, startKillableServer } from './server-process.ts'

/** A server that is killed again and again. Disposing stops the last one. */
export class RestartingServer implements AsyncDisposable {
  readonly #directory: DataDirectory
  #current: Promise<ServerProcess>
  #up = true
  restarts = 0

  constructor(directory: DataDirectory) {
    this.#directory = directory
    this.#current = startKillableServer(directory)
  }

  /** The server that runs, or the next one while there is none. */
  current(): Promise<ServerProcess> {
    return this.#current
  }

  /** Kills the server and starts the next one. False if there is none to kill at the moment. */
  kill(): boolean {
    if (!this.#up) return false
    this.#up = false
    this.#current = this.#replace(this.#current)
    // Whoever needs the next one learns of its failure; until then nobody may be waiting.
    this.#current.catch(() => undefined)
    return true
  }

  async #replace(last: Promise<ServerProcess>): Promise<ServerProcess> {
    await (await last).end('SIGKILL')
    const next = await startKillableServer(this.#directory)
    this.restarts += 1
    this.#up = true
    return next
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = await this.#current.catch(() => null)
    await server?.[Symbol.asyncDispose]()
  }
}
