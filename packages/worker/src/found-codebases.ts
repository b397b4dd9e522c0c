import { RemoteError } from '@codetether/client/errors'
import { sleep } from '@codetether/client/sleep'
import { withinRoots } from './places.ts'
import type { WorkerLog } from './settings.ts'
import type { WorkerApi } from './worker-api.ts'

/** A directory may be made after its codebase was registered. */
const lookMs = 5_000

export interface FoundOptions {
  api: WorkerApi
  roots: readonly string[]
  log: WorkerLog
}

/** Codebases that nobody had, and that this worker has found below its roots. */
export class FoundCodebases {
  readonly #options: FoundOptions
  readonly #found = new Map<string, string>()

  constructor(options: FoundOptions) {
    this.#options = options
  }

  /** Those that are still there. */
  async list(): Promise<{ id: string; path: string }[]> {
    for (const [id, path] of this.#found) if ((await withinRoots(this.#options, path)) !== path) this.#found.delete(id)
    return [...this.#found].map(([id, path]) => ({ id, path }))
  }

  /** Looks for what nobody has, again and again, until the signal is aborted. Rejects with what the server or the way to it refuses. */
  async look(signal: AbortSignal): Promise<void> {
    while (this.#options.roots.length > 0 && !signal.aborted) {
      await this.#lookOnce(signal)
      await sleep(lookMs, signal).catch(() => undefined)
    }
  }

  async #lookOnce(signal: AbortSignal): Promise<void> {
    const { api, log } = this.#options
    for (let after: string | null | undefined; after !== null; ) {
      const { codebases, next } = await api.wanted(after, signal)
      for (const { id, path } of codebases) {
        const directory = await withinRoots(this.#options, path)
        if (directory === null || !(await this.#claim(id, directory, signal))) continue
        this.#found.set(id, directory)
        log.info({ codebaseId: id, path: directory }, 'found a codebase that nobody had')
      }
      after = next
    }
  }

  /** @returns false if somebody else was first, or it was deleted. */
  async #claim(id: string, path: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.api.found(id, path, signal)
      return true
    } catch (error) {
      if (error instanceof RemoteError && error.httpStatus === 409) return false
      throw error
    }
  }
}
