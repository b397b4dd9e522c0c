import { UsageError } from './failure.ts'
import type { Io } from './io.ts'
import { isUrl, type ReadOptions, readDocument } from './read-document.ts'

const wellKnown = '/.well-known/agent-card.json'

/** The address of a card: that of a server or an agent means the card that it shows. */
export const cardPlace = (place: string): string =>
  isUrl(place) && !new URL(place).pathname.endsWith('.json') ? place.replace(/\/*$/, wellKnown) : place

/** A card of A2A v1.0, the version that says what a signature is made over (§8.4). */
export const readSignableCard = async (place: string, options: ReadOptions, io: Io) => {
  const card = await readDocument(cardPlace(place), { ...options, headers: { 'a2a-version': '1.0' } }, io)
  if (typeof card.name !== 'string') throw new UsageError(`${place} holds no agent card: it has no name`)
  if (!('protocolVersion' in card || 'supportedInterfaces' in card))
    throw new UsageError(`${place} holds no agent card: it has no supportedInterfaces`)
  if ('protocolVersion' in card || !Array.isArray(card.supportedInterfaces))
    throw new UsageError(
      `${place} holds a card of A2A v0.3, which does not say what a signature is made over`,
      'cards of v1.0 have supportedInterfaces, and no protocolVersion of their own',
    )
  return card
}
