import { Child } from '../child/child.ts'
import { isFields, numberIn, textIn } from '../child/shape.ts'
import type { Memory } from '../system/memory.ts'
import { type Doors, doorsIn } from '../transport.ts'
import type { PeerSettings } from './peer.ts'

const START_MS = 30_000
const CPU_MS = 5_000
const MEMORY_MS = 15_000

/** A server under test in a process of its own. */
export interface Contestant extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** Where each transport is, if it serves all. */
  readonly doors: Doors | null
  /** CPU time of the server's process since its start, all threads. */
  readonly cpuMs: () => Promise<number>
  /** What the server's process holds after garbage collection. */
  readonly memory: () => Promise<Memory>
  /** Tells the tasks of this name to add so many chunks, or to end, with none. */
  readonly order: (name: string, chunks: number) => Promise<void>
}

export async function startContestant(
  name: string,
  module: URL,
  settings: PeerSettings,
  signal: AbortSignal,
): Promise<Contestant> {
  await using stack = new AsyncDisposableStack()
  const child = stack.use(new Child(name, module, signal))
  const started = await child.call('start', { ...settings }, START_MS)
  const owned = stack.move()
  return {
    name,
    url: textIn(started, 'url'),
    pid: numberIn(started, 'pid'),
    doors: isFields(started.doors) ? doorsIn(started.doors) : null,
    cpuMs: async () => numberIn(await child.call('cpu', {}, CPU_MS), 'milliseconds'),
    memory: async () => {
      const memory = await child.call('memory', {}, MEMORY_MS)
      return { resident: numberIn(memory, 'resident'), heap: numberIn(memory, 'heap') }
    },
    order: async (name, chunks) => void (await child.call('order', { name, chunks }, CPU_MS)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
