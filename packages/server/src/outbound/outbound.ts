import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { createAllowList } from './allow-list.ts'
import { exchange, send } from './exchange.ts'
import { OutboundFailure } from './outbound-failure.ts'
import { forbidden, readTarget } from './read-target.ts'
import { type Resolve, resolveName, resolveTarget } from './resolve-target.ts'
import { toResponse } from './to-response.ts'
import { within } from './within.ts'

export interface OutboundRequest {
  url: string
  method: 'GET' | 'POST'
  headers?: OutgoingHttpHeaders
  body?: string
  /** Milliseconds from the resolving of the name to the end of the answer. */
  timeoutMs?: number
  /** How much of the answer's body is wanted: 0 is done with its head. Never more than 64 KiB. */
  mostBytes?: number
  signal?: AbortSignal
}

export interface OutboundAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** As it came, also when it says that it is compressed. */
  body: Buffer
  /** The body had more. */
  cut: boolean
}

/** The one way in which this server sends requests to URLs that somebody else has chosen. */
export interface Outbound {
  /**
   * Looks whether a URL may be used. A name that does not resolve is let through: it is looked at again before each
   * request. Throws WEBHOOK_URL_FORBIDDEN.
   */
  check(url: string): Promise<void>
  /**
   * Sends a request to the addresses that were just checked and follows no redirect. Throws WEBHOOK_URL_FORBIDDEN, and
   * OutboundFailure when there is no whole answer.
   */
  request(request: OutboundRequest): Promise<OutboundAnswer>
  /**
   * The same as `fetch`, for clients that read answers as they come: how much of one, and for how long, is theirs to
   * bound. Throws WEBHOOK_URL_FORBIDDEN.
   */
  fetch(url: string, init: FetchInit): Promise<Response>
  /** The addresses of a URL, checked, for a client that connects by itself. Throws WEBHOOK_URL_FORBIDDEN. */
  locate(url: string, signal: AbortSignal): Promise<readonly string[]>
}

export interface FetchInit {
  method: string
  headers: Readonly<Record<string, string>>
  body?: string
  signal: AbortSignal
}

export interface OutboundOptions {
  /** Host names, addresses and CIDR blocks that may be reached although they are not public, also without TLS. */
  allow: readonly string[]
  resolve?: Resolve
  /** Certificates to trust instead of the usual ones. */
  ca?: string
}

export function createOutbound({ allow: entries, resolve = resolveName, ca }: OutboundOptions): Outbound {
  const allow = createAllowList(entries)
  const trusted = ca === undefined ? {} : { ca }
  const locate = async (url: string, signal: AbortSignal) => {
    const target = readTarget(url, allow)
    return { target, addresses: await within(resolveTarget(target, { allow, resolve }), signal) }
  }
  return {
    locate: async (url, signal) => (await locate(url, signal)).addresses,
    async fetch(url, init) {
      const { target, addresses } = await locate(url, init.signal)
      return toResponse(await send({ ...init, ...trusted, url: target.url, addresses }), url)
    },
    async check(url) {
      const target = readTarget(url, allow)
      const found = resolveTarget(target, { allow, resolve })
      await within(found, AbortSignal.timeout(limits.outboundCheckMs)).catch((error: unknown) => {
        if (error instanceof PlatformError) throw error
        const isTrusted = target.name !== null && allow.allowsName(target.name)
        // Only the address could tell that it may be reached without TLS.
        if (target.url.protocol === 'http:' && !isTrusted) throw forbidden()
      })
    },
    async request({ url, timeoutMs = limits.outboundMs, signal: given, mostBytes, ...rest }) {
      const timeout = AbortSignal.timeout(timeoutMs)
      const signal = given ? AbortSignal.any([given, timeout]) : timeout
      const { target, addresses } = await locate(url, signal).catch((error: unknown) => {
        if (error instanceof PlatformError) throw error
        throw OutboundFailure.of(error, signal)
      })
      const most = Math.min(mostBytes ?? limits.outboundBodyBytes, limits.outboundBodyBytes)
      return exchange({ ...rest, url: target.url, addresses, mostBytes: most, signal, ...trusted })
    },
  }
}
