import { canonicalCard } from '@codetether/protocol/v10/canonical-card'
import type { CardSignature } from '@codetether/protocol/v10/wire'
import { FlattenedSign } from 'jose'
import type { CardKey } from './card-key.ts'

/** One signature of a card of A2A v1.0 (§8.4.2). `jku`: where the public key is published. */
export async function signCard(
  card: object,
  { alg, kid, privateKey }: CardKey & Required<Pick<CardKey, 'privateKey'>>,
  jku?: string,
): Promise<CardSignature> {
  const payload = new TextEncoder().encode(canonicalCard(card))
  const header = { alg, typ: 'JOSE', kid, ...(jku !== undefined && { jku }) }
  const { protected: head = '', signature } = await new FlattenedSign(payload)
    .setProtectedHeader(header)
    .sign(privateKey)
  return { protected: head, signature }
}
