import { connect, constants, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { buffer } from 'node:stream/consumers'
import type { Balancer } from './balancer.ts'
import { type Listening, listen } from './listen.ts'
import type { Replica } from './replica-process.ts'

const { NGHTTP2_CANCEL, NGHTTP2_FLAG_END_STREAM, NGHTTP2_INTERNAL_ERROR } = constants

interface Exchange {
  headers: IncomingHttpHeaders
  to: ServerHttp2Stream
  body: Buffer
  balancer: Balancer
}

/**
 * The load balancer of gRPC: it hands on each call by itself, as proxies do that understand HTTP/2, so the calls of one
 * connection go to all replicas. (Behind a proxy of TCP a client stays with one replica while its connection lasts.)
 */
export const startGrpcProxy = (balancer: Balancer): Promise<Listening> =>
  listen(
    createServer().on('stream', async (to, headers) => {
      to.on('error', () => undefined)
      try {
        // No method of A2A streams its request.
        const body = await buffer(to)
        pass(balancer.order(), { headers, to, body, balancer })
      } catch {
        to.close(NGHTTP2_INTERNAL_ERROR)
      }
    }),
  )

/** As with HTTP: closed ports are skipped, and what breaks later breaks for the caller. */
function pass([replica, ...others]: readonly Replica[], exchange: Exchange): void {
  const { headers, to, body, balancer } = exchange
  if (to.destroyed) return
  if (!replica) {
    to.respond({ ':status': 503 }, { endStream: true })
    return
  }
  let failure: NodeJS.ErrnoException | undefined
  let trailers: IncomingHttpHeaders | undefined
  let isLost = false
  const session = connect(`http://127.0.0.1:${replica.grpcPort}`)
  const from = session.request(headers)
  to.on('close', () => from.close(NGHTTP2_CANCEL))
  from.on('response', (answered, flags) => {
    isLost = balancer.loses()
    if (isLost) {
      from.resume()
      return
    }
    // The headers of a call without an answer are its trailers too.
    const endStream = (flags & NGHTTP2_FLAG_END_STREAM) !== 0
    if (endStream) trailers = answered
    to.on('wantTrailers', () => to.sendTrailers(trailers ?? {}))
    to.respond(answered, { endStream, waitForTrailers: !endStream })
    if (!endStream) from.pipe(to)
  })
  from.on('trailers', given => {
    trailers = given
  })
  from.on('error', () => undefined).on('close', () => session.close())
  session.on('error', error => {
    failure = error
  })
  session.on('close', () => {
    if (failure?.code === 'ECONNREFUSED') pass(others, exchange)
    else if (isLost || !trailers) to.close(NGHTTP2_INTERNAL_ERROR)
  })
  from.end(body)
}
