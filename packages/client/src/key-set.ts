import { limits } from '@codetether/protocol/limits'
import type { JWK } from 'jose'
import { z } from 'zod'
import type { CallOptions } from './call.ts'
import { UntrustedCardError } from './errors.ts'
import type { CheckCard } from './fetch-card.ts'
import { getDocument } from './get-json.ts'
import type { Connection } from './http.ts'
import { keySetUrlOf, verifyCard } from './verify-card.ts'

/** A set of keys (RFC 7517 §5), read as far as that. */
export const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/**
 * Where the keys of the server are that shows a card: what the card says about that is believed only if it is the same
 * origin, for whoever forges a card forges that too. Null if the card names another one.
 */
export const ownKeySetUrl = (cardUrl: string, card: object): string | null => {
  const { origin } = new URL(cardUrl)
  const said = URL.parse(keySetUrlOf(card) ?? `${origin}/.well-known/jwks.json`)
  return said?.origin === origin ? said.href : null
}

/** The keys of the server that shows a card. Throws UntrustedCardError if it has none, and what `getDocument` throws. */
const fetchOwnKeys = async (
  { fetch }: Connection,
  { cardUrl, card }: { cardUrl: string; card: object },
  options: CallOptions,
): Promise<JWK[]> => {
  const url = ownKeySetUrl(cardUrl, card)
  if (url === null) throw new UntrustedCardError(`the card at ${cardUrl} names keys of another server`)
  const { value } = await getDocument({ fetch }, url, { ...options, maxBytes: limits.peerCardBytes })
  const set = KeySet.safeParse(value)
  if (set.success) return set.data.keys
  throw new UntrustedCardError(`${url} holds no set of keys`)
}

/**
 * Demands that a card of A2A v1.0 is signed (§8.4.3) with one of these keys, or without any with one of the server that
 * shows it: then TLS and the signature say the same, which is less. Throws UntrustedCardError.
 */
export const requireSigned =
  (connection: Connection, keys?: readonly JWK[]): CheckCard =>
  async ({ document: card }, cardUrl, options) => {
    if (!Array.isArray(card.signatures) || card.signatures.length === 0)
      throw new UntrustedCardError(`the card at ${cardUrl} is not signed`)
    const reports = await verifyCard(card, keys ?? (await fetchOwnKeys(connection, { cardUrl, card }, options)))
    if (reports.some(({ status }) => status === 'valid')) return
    const reason = reports.find(report => report.reason !== null)?.reason
    throw new UntrustedCardError(`the card at ${cardUrl} has no valid signature: it ${reason}`)
  }
