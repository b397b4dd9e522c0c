import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose'

/** A key of a card's signatures. */
export interface CardKey {
  kid: string
  alg: 'ES256' | 'EdDSA'
  /** As the JWKS shows it. */
  publicJwk: JWK
  /** Absent: the key is published for the signatures that it has made, and makes no more. */
  privateKey?: KeyObject
}

type Keys = { publicKey: KeyObject; privateKey?: KeyObject; kid?: string }

const fromPem = (pem: string): Keys => {
  if (!pem.includes('PRIVATE KEY-----')) return { publicKey: createPublicKey(pem) }
  const privateKey = createPrivateKey(pem)
  return { publicKey: createPublicKey(privateKey), privateKey }
}

const fromJwk = (text: string): Keys => {
  const key: JsonWebKey = JSON.parse(text)
  const kid = typeof key.kid === 'string' && key.kid !== '' ? { kid: key.kid } : {}
  if (key.d === undefined) return { publicKey: createPublicKey({ key, format: 'jwk' }), ...kid }
  const privateKey = createPrivateKey({ key, format: 'jwk' })
  return { publicKey: createPublicKey(privateKey), privateKey, ...kid }
}

const parse = (text: string): Keys => {
  try {
    return text.trimStart().startsWith('{') ? fromJwk(text) : fromPem(text)
  } catch {
    // What Node says may quote the key.
    throw new Error('is no key in PEM (without passphrase) or JWK')
  }
}

const algOf = ({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): CardKey['alg'] => {
  if (type === 'ed25519') return 'EdDSA'
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256'
  throw new Error('is a key of another kind: P-256 (ES256) and Ed25519 (EdDSA) sign cards')
}

/**
 * Reads a private or public key in PEM or JWK. `kid`: that of the argument, of the JWK, or the thumbprint of RFC 7638.
 * Throws an Error that completes the sentence "the file …".
 */
export async function readCardKey(text: string, kid?: string): Promise<CardKey> {
  const { publicKey, privateKey, ...given } = parse(text)
  const alg = algOf(publicKey)
  const jwk = await exportJWK(publicKey)
  const id = kid ?? given.kid ?? (await calculateJwkThumbprint(jwk))
  return { kid: id, alg, publicJwk: { ...jwk, kid: id, alg, use: 'sig' }, ...(privateKey && { privateKey }) }
}
