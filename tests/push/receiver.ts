import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitUntil } from '@codetether/testing/wait-until'
import type { RpcBody } from '../platform.ts'

/** A notification as it arrived. */
export interface Received {
  path: string
  headers: IncomingHttpHeaders
  /** As it was sent. */
  raw: string
  body: RpcBody
}

export interface Receiver extends AsyncDisposable {
  url: string
  received: Received[]
  /** Connections so far. */
  connections(): number
  /** Resolves with what came to a path once there are so many. */
  at(path: string, count: number): Promise<Received[]>
}

type Answer = (response: ServerResponse, received: Received) => void

/** A receiver of push notifications on this machine. Without `answer` it takes everything. */
export async function startReceiver(answer: Answer = response => response.writeHead(204).end()): Promise<Receiver> {
  const received: Received[] = []
  let connections = 0
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const raw = Buffer.concat(await Array.fromAsync(request)).toString()
    const one = { path: request.url ?? '', headers: request.headers, raw, body: JSON.parse(raw) }
    received.push(one)
    answer(response, one)
  })
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = (path: string) => received.filter(one => one.path === path)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    connections: () => connections,
    async at(path, count) {
      await waitUntil(`${count} notifications came to ${path}`, () => at(path).length >= count)
      return at(path)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
