import { ConnectionError, RemoteError } from '@codetether/client/errors'
import { cardUrlOf } from '@codetether/client/fetch-card'
import { KeySet, ownKeySetUrl } from '@codetether/client/key-set'
import { keySetUrlOf, type SignatureReport, verifyCard } from '@codetether/client/verify-card'
import { limits } from '@codetether/protocol/limits'
import type { JWK } from 'jose'
import { ask, type Patience } from './ask.ts'
import { excerpt, type Finding, fail, ok, type Verdict, warn } from './finding.ts'

/** Keys, and whether they are a reason to believe a card. */
interface Keys {
  keys: JWK[]
  source: string
  trusted: boolean
}

/** Where the card says that its keys are: to be believed at its own origin only (A2A v1.0 §8.4.3). */
const saidKeys = async (url: string, card: object, patience: Patience): Promise<Keys | string> => {
  const own = ownKeySetUrl(cardUrlOf(url), card)
  const source = own ?? keySetUrlOf(card) ?? ''
  if (!/^https?:\/\//.test(source)) return `the keys have no web address: ${excerpt(source, 60)}`
  try {
    const { status, json } = await ask({}, { url: source }, patience, limits.peerCardBytes)
    const set = KeySet.safeParse(json)
    return set.success
      ? { keys: set.data.keys, source, trusted: own !== null }
      : `HTTP ${status}, no set of keys at ${source}`
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof RemoteError) return error.message
    throw error
  }
}

const judge = ({ status, kid, alg, reason }: SignatureReport, { source, trusted }: Keys): Verdict => {
  const name = excerpt(`${alg ?? '?'} ${kid ?? '?'}`, 60)
  if (status !== 'valid') return fail(`${name} ${reason}`)
  return trusted
    ? ok(`${name}, valid and trusted: keys of ${source}`)
    : warn(`${name}, valid, but by keys of another server, ${source}: say with --jwks whether you trust them`)
}

const isSigned = (card: object): boolean =>
  'signatures' in card && Array.isArray(card.signatures) && card.signatures.length > 0

/** Are the signatures of a card of v1.0 valid (§8.4), and by keys that are trusted? A card may do without. */
export const checkSignatures = async (
  { url, card, keys: named }: { url: string; card: object; keys: { keys: JWK[]; source: string } | null },
  patience: Patience,
): Promise<Finding[]> => {
  if (!isSigned(card)) return []
  const line = (verdict: Verdict): Finding => ({
    ...{ subject: 'card', check: 'signature', section: 'v1.0 §8.4' },
    ...verdict,
  })
  const found = named ? { ...named, trusted: true } : await saidKeys(url, card, patience)
  if (typeof found === 'string') return [line(fail(found))]
  try {
    return (await verifyCard(card, found.keys)).map(report => line(judge(report, found)))
  } catch (error) {
    if (error instanceof RemoteError) return [line(fail(error.message))]
    throw error
  }
}
