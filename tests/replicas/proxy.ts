import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** A load balancer in front of replicas. Disposing closes it. */
export interface Proxy extends AsyncDisposable {
  url: string
}

interface Exchange {
  from: IncomingMessage
  to: ServerResponse
  body: Buffer
}

/**
 * Hands each request to the next replica in turn, whoever sent it: nothing is sticky. Replicas whose port is closed are
 * skipped; a connection that breaks later breaks for the caller too, who alone knows whether to repeat the request.
 */
export async function startProxy(replicas: () => readonly string[]): Promise<Proxy> {
  let turn = 0
  const server = createServer(async (from, to) => {
    try {
      const body = await buffer(from)
      const urls = replicas()
      turn += 1
      const order = urls.map((_, index) => urls[(turn + index) % urls.length] ?? '')
      pass(order, { from, to, body })
    } catch {
      to.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function pass([url, ...others]: readonly string[], exchange: Exchange): void {
  const { from, to, body } = exchange
  if (url === undefined) {
    to.writeHead(503).end()
    return
  }
  const { host: _, ...headers } = from.headers
  // A connection of its own for each request: one that is kept may belong to a replica that is dead by now.
  const outgoing = request(`${url}${from.url}`, { method: from.method, headers, agent: false }, incoming => {
    to.writeHead(incoming.statusCode ?? 502, incoming.headers)
    incoming.on('error', () => to.destroy())
    incoming.pipe(to)
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') pass(others, exchange)
    else to.destroy()
  })
  to.on('close', () => outgoing.destroy())
  outgoing.end(body)
}
