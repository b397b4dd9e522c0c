import { AgentCard } from '@codetether/protocol/v03/agent-card'
import { RemoteError } from './errors.ts'
import { getJson } from './get-json.ts'
import type { Connection } from './http.ts'
import type { CallOptions, Endpoint } from './json-rpc-call.ts'

export interface Discovered {
  endpoint: Endpoint
  /** Null if the server shows no card that A2A 0.3 can read. */
  card: AgentCard | null
}

const wellKnown = '/.well-known/agent-card.json'

/** Where the card of an agent stands: the address itself if it is that of a card (A2A v0.3 §5.3). */
export const cardUrlOf = (url: string): string => (url.endsWith('.json') ? url : url.replace(/\/+$/, '') + wellKnown)

/** The server's address without the card's path and without a trailing slash. */
export const baseUrlOf = (url: string): string => url.replace(/\/\.well-known\/[^/]*$/, '').replace(/\/+$/, '')

/** The card's JSON-RPC address (A2A v0.3 §5.6): its main one, or one of the additional interfaces. */
const jsonRpcUrlOf = (card: AgentCard): string | undefined =>
  (card.preferredTransport ?? 'JSONRPC') === 'JSONRPC'
    ? card.url
    : card.additionalInterfaces?.find(({ transport }) => transport === 'JSONRPC')?.url

const resolveHttp = (url: string, base: string): string | undefined => {
  const resolved = URL.parse(url, base)
  return resolved?.protocol === 'http:' || resolved?.protocol === 'https:' ? resolved.href : undefined
}

/**
 * A token belongs to the origin that it was given for. A card that names another one is believed about the address, but
 * does not get the token: who can forge a card must not collect credentials.
 */
const withOwnCredentials = (connection: Connection, given: string, url: string): Endpoint =>
  new URL(given).origin === new URL(url).origin
    ? { ...connection, url }
    : { ...connection, url, token: undefined, headers: undefined }

/**
 * Finds the JSON-RPC endpoint of an agent by its card. The card's `url` is used as the specification says; where there
 * is no readable card, the given address is the endpoint. Throws ConnectionError if nothing answers there.
 */
export const discover = async (connection: Connection, url: string, options: CallOptions): Promise<Discovered> => {
  const base = baseUrlOf(url)
  const given = { ...connection, url: new URL(base).href }
  try {
    const card = await getJson(connection, cardUrlOf(url), AgentCard, options)
    const named = resolveHttp(jsonRpcUrlOf(card) ?? base, given.url)
    return { endpoint: named === undefined ? given : withOwnCredentials(connection, base, named), card }
  } catch (error) {
    if (error instanceof RemoteError) return { endpoint: given, card: null }
    throw error
  }
}
