import { Worker } from 'node:worker_threads'
import type { DatabaseAddress } from './address.ts'

/** What the thread that renews leases is given. */
export interface RenewalData {
  address: DatabaseAddress
  instanceId: string
  leaseMs: number
  /** An event loop that does not turn for so long is given up. */
  blockedMs: number
  slots: SharedArrayBuffer
}

export interface RenewalOptions extends RenewalData {
  /** Some of these tokens were not renewed: their leases are lost, unless their runs have ended meanwhile. */
  onLost(tokens: readonly string[]): void
  /** The thread has failed; another one follows. */
  onError(error: Error): void
}

export interface Renewal extends AsyncDisposable {
  /** Starts the thread, the first time: a process that runs nothing does without. */
  begin(): void
}

/** Bundled, the thread is a file beside the program. */
const threadFile = import.meta.url.endsWith('.ts') ? './renewal-thread.ts' : '../../renewal-thread.js'

const restartMs = 1_000

/** Renews the leases of a process from a thread, for as long as the process lives. */
export function createRenewal({ onLost, onError, ...workerData }: RenewalOptions): Renewal {
  let thread: Worker | null = null
  let ended = Promise.resolve()
  let isClosing = false
  let restart: NodeJS.Timeout | undefined
  const begin = () => {
    if (thread || isClosing) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const started = new Worker(new URL(threadFile, import.meta.url), { workerData, name: 'leases' })
    thread = started
    started.on('message', onLost)
    started.on('error', onError)
    started.once('exit', () => {
      thread = null
      resolve()
      // What runs would lose its leases one by one.
      if (!isClosing) restart = setTimeout(begin, restartMs)
    })
    ended = promise
  }
  return {
    begin,
    async [Symbol.asyncDispose]() {
      isClosing = true
      clearTimeout(restart)
      thread?.postMessage('end')
      await ended
    },
  }
}
