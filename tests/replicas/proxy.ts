import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Balancer } from './balancer.ts'
import { type Listening, listen } from './listen.ts'
import type { Replica } from './replica-process.ts'

interface Exchange {
  from: IncomingMessage
  to: ServerResponse
  body: Buffer
  balancer: Balancer
}

/**
 * The load balancer of HTTP. Replicas whose port is closed are skipped; a connection that breaks later breaks for the
 * caller too, who alone knows whether to repeat the request.
 */
export const startProxy = (balancer: Balancer): Promise<Listening> =>
  listen(
    createServer(async (from, to) => {
      try {
        const body = await buffer(from)
        pass(balancer.order(), { from, to, body, balancer })
      } catch {
        to.destroy()
      }
    }),
  )

function pass([replica, ...others]: readonly Replica[], exchange: Exchange): void {
  const { from, to, body, balancer } = exchange
  if (!replica) {
    to.writeHead(503).end()
    return
  }
  const { method, headers } = from
  // A connection of its own for each request: one that is kept may belong to a replica that is dead by now. The Host
  // stays that of the proxy: a card names the address at which it was asked for.
  const outgoing = request(`${replica.url}${from.url}`, { method, headers, agent: false }, incoming => {
    incoming.on('error', () => to.destroy())
    if (balancer.loses()) {
      incoming.on('end', () => to.socket?.resetAndDestroy()).resume()
      return
    }
    to.writeHead(incoming.statusCode ?? 502, incoming.headers)
    incoming.pipe(to)
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') pass(others, exchange)
    else to.destroy()
  })
  to.on('close', () => outgoing.destroy())
  outgoing.end(body)
}
