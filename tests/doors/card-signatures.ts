import { createPublicKey, verify } from 'node:crypto'
import { verifyAgentCardSignature } from '@a2a-js/sdk'
import type { RpcBody } from '../platform.ts'

/** The protected header of a signature. */
export const headerOf = ({ protected: head }: RpcBody) => JSON.parse(Buffer.from(head, 'base64url').toString())

/** The official verifier with the keys that a server publishes. */
export async function officialVerdict(card: RpcBody, keys: RpcBody[]): Promise<boolean> {
  const verifier = verifyAgentCardSignature(async kid => keys.find(key => key.kid === kid))
  try {
    await verifier(card)
    return true
  } catch {
    return false
  }
}

/** RFC 8785 for what a card has: no numbers that are written in two ways, no fields with their default. */
const sorted = (value: RpcBody): RpcBody =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === 'object'
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map(key => [key, sorted(value[key])]),
        )
      : value

/** The same by hand: RFC 7515 §5.2 with nothing but node:crypto. */
export function verdictByHand({ signatures, ...card }: RpcBody, jwk: RpcBody): boolean {
  const own = signatures.find((one: RpcBody) => headerOf(one).kid === jwk.kid)
  const payload = Buffer.from(JSON.stringify(sorted(card))).toString('base64url')
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return verify(
    jwk.kty === 'EC' ? 'sha256' : null,
    Buffer.from(`${own.protected}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(own.signature, 'base64url'),
  )
}
