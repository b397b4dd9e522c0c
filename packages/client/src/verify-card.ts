import { canonicalCard } from '@codetether/protocol/v10/canonical-card'
import { base64url, decodeProtectedHeader, errors, flattenedVerify, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { invalidAnswer } from './errors.ts'

/** What became of one signature of a card. */
export interface SignatureReport {
  kid: string | null
  alg: string | null
  status: 'valid' | 'invalid' | 'unknown key' | 'malformed'
  /** Why it is not valid, for a person; null if it is. */
  reason: string | null
}

const Entry = z.object({ protected: z.string(), signature: z.string() })
const Signed = z.looseObject({ signatures: z.array(z.unknown()).catch([]) })
const Header = z.looseObject({ alg: z.string(), kid: z.string().min(1) })

/**
 * The algorithms that are accepted, with the keys that they need. Whoever makes one of these signatures has the private
 * key: no shared secrets, and nothing unsigned.
 */
const keyTypes: Readonly<Record<string, Pick<JWK, 'kty' | 'crv'>>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
}

/** More signatures than keys in rotation: whoever sends them wants us busy. */
const mostSignatures = 16

/** Where the keys of a signature are said to be (`jku` of RFC 7515 §4.1.2). Whether to believe it is the caller's decision. */
export function keySetUrlOf(card: object): string | null {
  for (const entry of Signed.parse(card).signatures) {
    const header = headerOf(entry)
    if (typeof header?.jku === 'string') return header.jku
  }
  return null
}

function headerOf(entry: unknown): z.infer<typeof Header> | null {
  const given = Entry.safeParse(entry)
  if (!given.success) return null
  try {
    return Header.safeParse(decodeProtectedHeader(given.data)).data ?? null
  } catch {
    return null
  }
}

/**
 * Checks every signature of a card of A2A v1.0 (§8.4.3) against trusted public keys. A card is authentic if one of them
 * is valid. A key without `kid` is tried for any signature. Throws RemoteError for a card with more signatures than
 * anybody needs, or with text that is no Unicode, which has no canonical form.
 */
export async function verifyCard(card: object, keys: readonly JWK[]): Promise<SignatureReport[]> {
  const { signatures } = Signed.parse(card)
  if (signatures.length > mostSignatures) throw invalidAnswer(`the card has more than ${mostSignatures} signatures`)
  const payload = base64url.encode(canonicalForm(card))
  return Promise.all(signatures.map(entry => verifyEntry(payload, entry, keys)))
}

function canonicalForm(card: object): string {
  try {
    return canonicalCard(card)
  } catch (cause) {
    throw invalidAnswer('the card holds text that is no Unicode', { cause })
  }
}

async function verifyEntry(payload: string, entry: unknown, keys: readonly JWK[]): Promise<SignatureReport> {
  const header = headerOf(entry)
  if (!header) return { kid: null, alg: null, status: 'malformed', reason: 'is no JSON Web Signature with alg and kid' }
  const { alg, kid } = header
  const report = (status: SignatureReport['status'], reason: string | null) => ({ kid, alg, status, reason })
  if (!Object.hasOwn(keyTypes, alg)) return report('malformed', 'has an algorithm that is not accepted')
  const candidates = keys.filter(key => isFor(key, kid, alg))
  if (candidates.length === 0) return report('unknown key', 'no trusted key has its kid and algorithm')
  const jws = { ...Entry.parse(entry), payload }
  const outcomes = await Promise.all(
    candidates.map(async key => {
      try {
        await flattenedVerify(jws, await importJWK(key, alg), { algorithms: [alg] })
        return null
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) return 'does not fit the card'
        return error instanceof Error ? error.message : String(error)
      }
    }),
  )
  return outcomes.includes(null) ? report('valid', null) : report('invalid', outcomes[0] ?? null)
}

/** RFC 9864 has a name of its own for what EdDSA means with these keys. */
const nameOf = (alg: string): string => (alg === 'Ed25519' ? 'EdDSA' : alg)

const isFor = ({ kid, alg, use, kty, crv }: JWK, wantedKid: string, wantedAlg: string): boolean =>
  kty === keyTypes[wantedAlg]?.kty &&
  crv === keyTypes[wantedAlg]?.crv &&
  (kid === undefined || kid === wantedKid) &&
  (alg === undefined || nameOf(alg) === nameOf(wantedAlg)) &&
  (use === undefined || use === 'sig')
