import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { limits } from '@codetether/protocol/limits'
import { canonicalCard } from '@codetether/protocol/v10/canonical-card'
import type { AgentCard, CardSignature } from '@codetether/protocol/v10/wire'
import type { JWK } from 'jose'
import { ConfigError } from '../config/config-error.ts'
import { type CardKey, readCardKey } from './card-key.ts'
import { signCard } from './sign-card.ts'

/** Signs the cards of this server with the keys that it was given. */
export interface CardSigner {
  /** The public halves of all keys (RFC 7517). */
  readonly jwks: { keys: JWK[] }
  /** Changes with the keys, so that caches notice; empty without keys. */
  readonly fingerprint: string
  /** The card with a signature of each private key; as it is without any. */
  sign(card: AgentCard, base: string): Promise<AgentCard>
}

/** Where the server publishes its keys. */
export const jwksPath = '/.well-known/jwks.json'

type SigningKey = CardKey & Required<Pick<CardKey, 'privateKey'>>
const canSign = (key: CardKey): key is SigningKey => key.privateKey !== undefined

/** Reads the keys. Throws ConfigError for a file that cannot be used. */
export async function openCardSigner(files: readonly string[]): Promise<CardSigner> {
  const keys = await Promise.all(files.map(read))
  const kids = keys.map(({ kid }) => kid)
  if (new Set(kids).size < kids.length) throw refused('names the same key twice')
  return createCardSigner(keys)
}

async function read(file: string): Promise<CardKey> {
  try {
    return await readCardKey(await readFile(file, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw refused(`names ${file}, which ${'code' in Object(error) ? `cannot be read: ${reason}` : reason}`)
  }
}

const refused = (description: string) => new ConfigError([{ name: 'A2A_CARD_KEYS', description }])

/**
 * Cards differ by what they are about and by the names of the server, all of them few, so each is signed once; the bound
 * is for what nobody has thought of.
 */
function createCardSigner(keys: readonly CardKey[]): CardSigner {
  const signing = keys.filter(canSign)
  const signed = new Map<string, Promise<CardSignature[]>>()
  const signAll = (card: AgentCard, base: string) =>
    Promise.all(signing.map(key => signCard(card, key, `${base}${jwksPath}`)))
  return {
    jwks: { keys: keys.map(({ publicJwk }) => publicJwk) },
    fingerprint: keys.map(({ kid }) => kid).join(' '),
    async sign(card, base) {
      if (signing.length === 0) return card
      const digest = createHash('sha256').update(base).update('\n').update(canonicalCard(card)).digest('base64url')
      const signatures = signed.get(digest) ?? signAll(card, base)
      // What is asked for again becomes the latest.
      signed.delete(digest)
      signed.set(digest, signatures)
      for (const oldest of signed.keys()) {
        if (signed.size <= limits.signedCards) break
        signed.delete(oldest)
      }
      return { ...card, signatures: await signatures }
    },
  }
}
