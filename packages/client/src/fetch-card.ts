import { limits } from '@codetether/protocol/limits'
import type { CallOptions } from './call.ts'
import { type CardCache, freshMs } from './card-cache.ts'
import { invalidAnswer } from './errors.ts'
import { getDocument } from './get-json.ts'
import type { Connection } from './http.ts'
import type { ProtocolVersion } from './operation.ts'
import { type Card, readCard } from './read-card.ts'

const wellKnown = '/.well-known/agent-card.json'

/** Where the card of an agent stands: the address itself if it is that of a card (A2A v1.0 §8.2, v0.3 §5.3). */
export const cardUrlOf = (url: string): string => (url.endsWith('.json') ? url : url.replace(/\/+$/, '') + wellKnown)

/** The server's address without the card's path and without a trailing slash. */
export const baseUrlOf = (url: string): string => url.replace(/\/\.well-known\/[^/]*$/, '').replace(/\/+$/, '')

export interface CardOptions extends CallOptions {
  /** The form of the card to ask for, where the server has both; default 1.0. */
  version?: ProtocolVersion | undefined
  cards?: CardCache | undefined
  /** Looks at a card of v1.0 before it is used. Throws for one that is not to be believed. */
  checkCard?: ((card: Card, cardUrl: string, options: CallOptions) => void | Promise<void>) | undefined
}

export type CheckCard = NonNullable<CardOptions['checkCard']>

/**
 * The card of the agent at an address, from the cache while it is fresh. Throws RemoteError if there is no card that A2A
 * 0.3 or 1.0 can read or if it has more than 1 MiB, ConnectionError, or the signal's reason.
 */
export const fetchCard = async (
  connection: Connection,
  url: string,
  { version: wanted = '1.0', cards, checkCard, ...options }: CardOptions,
): Promise<Card> => {
  const cardUrl = cardUrlOf(url)
  // Only v1.0 says what a signature is made over; its form names the interfaces of both.
  const version = checkCard ? '1.0' : wanted
  const key = `${checkCard ? 'checked' : version} ${cardUrl}`
  const known = cards?.get(key)
  if (known !== undefined) return known
  const headers: Record<string, string> = version === '0.3' ? {} : { 'a2a-version': version }
  const { value, response } = await getDocument(connection, cardUrl, {
    ...{ ...options, headers, maxBytes: limits.peerCardBytes },
  })
  const card = readCard(value)
  if (card === undefined) throw invalidAnswer(`${cardUrl} is no agent card of A2A 0.3 or 1.0`)
  await checkCard?.(card, cardUrl, options)
  cards?.keep(key, card, freshMs(response.headers.get('cache-control')))
  return card
}
