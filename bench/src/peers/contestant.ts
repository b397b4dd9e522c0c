import { Child } from '../child/child.ts'
import { numberIn, textIn } from '../child/shape.ts'
import type { PeerSettings } from './peer.ts'

const START_MS = 30_000
const CPU_MS = 5_000

/** A server under test in a process of its own. */
export interface Contestant extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** CPU time of the server's process since its start, all threads. */
  readonly cpuMs: () => Promise<number>
}

export async function startContestant(
  name: string,
  module: URL,
  settings: PeerSettings,
  signal: AbortSignal,
): Promise<Contestant> {
  await using stack = new AsyncDisposableStack()
  const child = stack.use(new Child(name, module, signal))
  const url = textIn(await child.call('start', { ...settings }, START_MS), 'url')
  const owned = stack.move()
  return {
    name,
    url,
    cpuMs: async () => numberIn(await child.call('cpu', {}, CPU_MS), 'milliseconds'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
