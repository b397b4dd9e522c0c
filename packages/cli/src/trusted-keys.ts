import { createPublicKey } from 'node:crypto'
import { KeySet, ownKeySetUrl } from '@codetether/client/key-set'
import { keySetUrlOf } from '@codetether/client/verify-card'
import type { JWK } from 'jose'
import { z } from 'zod'
import { UsageError } from './failure.ts'
import type { Io } from './io.ts'
import { isUrl, readDocument, readFileText } from './read-document.ts'
import { cardPlace } from './signable-card.ts'

export interface TrustOptions {
  /** File or URL of a set of keys. */
  jwks?: string
  /** File of one key. */
  key?: string
  timeout?: number
}

export interface TrustedKeys {
  keys: JWK[]
  /** Where they come from. */
  source: string
}

/** The keys that a person trusts: those that are named, or those of the server that shows the card. */
export const trustedKeys = async (place: string, card: object, options: TrustOptions, io: Io): Promise<TrustedKeys> => {
  const named = await namedKeys(options, io)
  if (named) return named
  const source = ownKeySet(place, card)
  return { keys: await readKeySet(source, options, io), source }
}

/** The keys that the options name; null if they name none. */
export const namedKeys = async (options: TrustOptions, io: Io): Promise<TrustedKeys | null> => {
  const { key, jwks } = options
  if (key !== undefined) return { keys: [await readKey(key)], source: key }
  return jwks === undefined ? null : { keys: await readKeySet(jwks, options, io), source: jwks }
}

const readKeySet = async (source: string, { timeout }: TrustOptions, io: Io): Promise<JWK[]> => {
  const { success, data } = KeySet.safeParse(await readDocument(source, { timeout }, io))
  if (!success) throw new UsageError(`${source} holds no set of keys: see RFC 7517`)
  return data.keys
}

/** A key without its kid: the person says that it is the right one. */
const readKey = async (file: string): Promise<JWK> => {
  const content = await readFileText(file)
  try {
    const given = content.trimStart().startsWith('{') ? { key: JSON.parse(content), format: 'jwk' as const } : content
    const { kid: _, ...jwk } = createPublicKey(given).export({ format: 'jwk' })
    return z.looseObject({ kty: z.string() }).parse(jwk)
  } catch {
    throw new UsageError(`the file ${file} holds no key in PEM (without passphrase) or JWK`)
  }
}

/**
 * What a card says about its keys is believed only if they are where the card is: whoever forges a card forges that too.
 */
const ownKeySet = (place: string, card: object): string => {
  if (!isUrl(place))
    throw new UsageError('a card in a file may come from anybody', 'say whose keys you trust with --jwks or --key')
  const own = ownKeySetUrl(cardPlace(place), card)
  if (own !== null) return own
  throw new UsageError(
    `the card names keys of another server: ${URL.parse(keySetUrlOf(card) ?? '')?.origin ?? 'no address'}`,
    'say whose keys you trust with --jwks or --key',
  )
}
