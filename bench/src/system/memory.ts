import { setImmediate as turn } from 'node:timers/promises'

/** What a process holds after a collection, in bytes. */
export interface Memory {
  readonly resident: number
  /** JavaScript objects and the buffers that belong to them. */
  readonly heap: number
}

/** Weak references and finalizers free more only in later turns, so one collection does not find everything. */
const COLLECTIONS = 4

/** This process after garbage collection. Needs `--expose-gc`, which every child of a benchmark has. */
export async function collectedMemory(): Promise<Memory> {
  if (globalThis.gc === undefined) throw new Error('garbage cannot be collected without --expose-gc')
  for (let time = 0; time < COLLECTIONS; time++) {
    globalThis.gc()
    await turn()
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, heap: heapUsed + external }
}
