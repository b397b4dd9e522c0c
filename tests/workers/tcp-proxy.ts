import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A line to a server that a test can cut. Disposing closes it. */
export interface Line extends AsyncDisposable {
  url: string
  /** Breaks all connections and takes no new ones. */
  cut(): void
  /** Takes connections and says nothing more on any: the far side is not heard. */
  mute(): void
  mend(): void
}

type Mode = 'through' | 'cut' | 'mute'

export async function startLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target)
  let mode: Mode = 'through'
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
  const server = createServer(near => {
    track(near)
    if (mode === 'cut') return void near.resetAndDestroy()
    if (mode === 'mute') return
    const far = connect(Number(port), hostname)
    track(far)
    near.pipe(far)
    far.pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      mode = 'cut'
      breakAll()
    },
    mute() {
      mode = 'mute'
      for (const socket of sockets) socket.unpipe().pause()
    },
    mend() {
      mode = 'through'
      breakAll()
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      breakAll()
      await closed
    },
  }
}
