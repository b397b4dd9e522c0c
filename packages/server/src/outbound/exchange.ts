import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIPv6, type LookupFunction } from 'node:net'
import { limits } from '@codetether/protocol/limits'
import type { OutboundAnswer } from './outbound.ts'
import { OutboundFailure } from './outbound-failure.ts'

export interface Exchange {
  url: URL
  /** Where to connect: nobody is asked again where the name leads. */
  addresses: readonly [string, ...string[]]
  method: string
  headers?: OutgoingHttpHeaders
  body?: string
  mostBytes: number
  signal: AbortSignal
  ca?: string
}

/**
 * One request on a connection of its own, to one of the given addresses. The name of the URL stays what TLS verifies and
 * what `Host` says. A redirect is an answer like any other.
 */
export async function exchange(given: Exchange): Promise<OutboundAnswer> {
  const { signal, mostBytes } = given
  let response: IncomingMessage | null = null
  try {
    response = await send(given)
    const { statusCode: status = 0, headers } = response
    if (mostBytes === 0) return { status, headers, body: Buffer.alloc(0), cut: false }
    return { status, headers, ...(await readBody(response, mostBytes)) }
  } catch (error) {
    throw OutboundFailure.of(error, signal)
  } finally {
    // What is left of the answer goes with the connection.
    response?.destroy()
  }
}

/** Sends a request and waits for the head of the answer. */
export function send({
  url,
  addresses,
  method,
  headers,
  body = '',
  signal,
  ca,
}: Omit<Exchange, 'mostBytes'>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const call = request(url, {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
    agent: false,
    lookup: pinnedTo(addresses),
    maxHeaderSize: limits.outboundHeaderBytes,
    signal,
    ...(ca !== undefined && { ca }),
  })
  call.once('response', resolve)
  // It stays: an answer that is cut off fails on its request too.
  call.on('error', reject)
  call.end(body)
  return promise
}

/** Answers for the resolver with what was checked. */
function pinnedTo(addresses: readonly [string, ...string[]]): LookupFunction {
  const found = addresses.map(address => ({ address, family: isIPv6(address) ? 6 : 4 }))
  return (_name, { all }, callback) =>
    all ? callback(null, found) : callback(null, addresses[0], isIPv6(addresses[0]) ? 6 : 4)
}

async function readBody(response: IncomingMessage, most: number): Promise<{ body: Buffer; cut: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    length += chunk.length
    if (length > most) return { body: Buffer.concat(chunks).subarray(0, most), cut: true }
  }
  return { body: Buffer.concat(chunks), cut: false }
}
