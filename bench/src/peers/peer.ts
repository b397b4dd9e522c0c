import { answer } from '../child/answer.ts'
import { numberIn, textIn, textOrNullIn } from '../child/shape.ts'
import { collectedMemory } from '../system/memory.ts'
import type { Doors } from '../transport.ts'
import { Orders } from './script.ts'

export interface PeerServer extends AsyncDisposable {
  /** Where the JSON-RPC of both versions of A2A is answered. */
  readonly url: string
  /** Where each transport is, if all were asked for. */
  readonly doors: Doors | null
}

export interface PeerSettings {
  /** Address of the peer's own database, by a superuser; null for a peer that keeps nothing. */
  readonly database: string | null
  /** A directory of the peer's own. */
  readonly directory: string
  /** The master secret of this run. */
  readonly secret: string
  /** What answers: the echo, or the agent that does what is ordered (see `chunksOf`). */
  readonly agent: 'echo' | 'script'
  /** Callers and their tokens, `name:token,name2:token2`; empty for a server that asks for none. */
  readonly tokens: string
  /** Whether all transports are served, or JSON-RPC only. */
  readonly allDoors: boolean
}

/** The child's side of a contestant: starts one server, passes orders on and tells what this process has used. */
export function servePeer(start: (settings: PeerSettings, orders: Orders) => Promise<PeerServer>): void {
  const orders = new Orders()
  let server: PeerServer | null = null
  answer(
    {
      start: async params => {
        const [directory, secret] = [textIn(params, 'directory'), textIn(params, 'secret')]
        const agent = textIn(params, 'agent') === 'script' ? 'script' : 'echo'
        const tokens = textIn(params, 'tokens')
        const database = textOrNullIn(params, 'database')
        const allDoors = params.allDoors === true
        server = await start({ database, directory, secret, agent, tokens, allDoors }, orders)
        return { url: server.url, doors: server.doors, pid: process.pid }
      },
      order: params => {
        orders.give(textIn(params, 'name'), numberIn(params, 'chunks'))
        return Promise.resolve({})
      },
      memory: collectedMemory,
      cpu: () => {
        const { user, system } = process.cpuUsage()
        return Promise.resolve({ milliseconds: (user + system) / 1_000 })
      },
    },
    async () => await server?.[Symbol.asyncDispose](),
  )
}
