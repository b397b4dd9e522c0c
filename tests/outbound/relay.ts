import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a port that breaks when the test says so. */
export interface Relay extends AsyncDisposable {
  port: number
  /** Breaks what is open; new connections get through. */
  cut(): void
}

export async function startRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer(from => {
    const onward = connect(to, '127.0.0.1')
    for (const socket of [from, onward]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        from.destroy()
        onward.destroy()
      })
    }
    from.pipe(onward).pipe(from)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server.close(), 'close')
      cut()
      await closed
    },
  }
}
