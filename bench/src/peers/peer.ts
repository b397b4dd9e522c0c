import { answer } from '../child/answer.ts'
import { textIn, textOrNullIn } from '../child/shape.ts'

export interface PeerServer extends AsyncDisposable {
  /** Where `message/send` of v0.3 JSON-RPC is answered. */
  readonly url: string
}

export interface PeerSettings {
  /** Address of the peer's own database, by a superuser; null for a peer that keeps nothing. */
  readonly database: string | null
  /** A directory of the peer's own. */
  readonly directory: string
  /** The master secret of this run. */
  readonly secret: string
}

/** The child's side of a contestant: starts one server and tells what CPU time this process has used. */
export function servePeer(start: (settings: PeerSettings) => Promise<PeerServer>): void {
  let server: PeerServer | null = null
  answer(
    {
      start: async params => {
        const [directory, secret] = [textIn(params, 'directory'), textIn(params, 'secret')]
        server = await start({ database: textOrNullIn(params, 'database'), directory, secret })
        return { url: server.url }
      },
      cpu: () => {
        const { user, system } = process.cpuUsage()
        return Promise.resolve({ milliseconds: (user + system) / 1_000 })
      },
    },
    async () => await server?.[Symbol.asyncDispose](),
  )
}
