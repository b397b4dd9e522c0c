import { type SignatureReport, verifyCard } from '@codetether/client/verify-card'
import { isLoopback } from '@codetether/server/config/exposure'
import { exitCodes } from '../exit-codes.ts'
import type { Io, OutputOptions } from '../io.ts'
import { createOutput, harmless } from '../output.ts'
import { readSignableCard } from '../signable-card.ts'
import { table } from '../table.ts'
import { type TrustOptions, trustedKeys } from '../trusted-keys.ts'

export interface CardVerifyOptions extends OutputOptions, TrustOptions {
  /** A file or a URL. */
  source: string
}

const describe = (reports: readonly SignatureReport[]): string[] =>
  table(
    ['SIGNATURE', 'ALGORITHM', 'KEY', 'WHY'],
    reports.map(({ status, alg, kid, reason }) => [status, alg ?? '-', kid ?? '-', reason ?? '']),
  )

/** Over plain http anybody on the way can put keys of their own (§8.4.3). */
const isExposed = (place: string): boolean => {
  const url = URL.parse(place)
  return url?.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
}

/** Says whether a card is authentic: signed with a key that is trusted, and not changed since. */
export const cardVerify = async ({ source, json, ...options }: CardVerifyOptions, io: Io): Promise<number> => {
  const output = createOutput(io, { ...(json !== undefined && { json }) })
  const card = await readSignableCard(source, options, io)
  const isSigned = Array.isArray(card.signatures) && card.signatures.length > 0
  const { keys, source: keySource } = isSigned
    ? await trustedKeys(source, card, options, io)
    : { keys: [], source: null }
  const signatures = await verifyCard(card, keys)
  const verified = signatures.some(({ status }) => status === 'valid')
  const verdict = verified
    ? `authentic: the card of ${card.name}, by the keys of ${keySource}`
    : `not authentic: the card of ${card.name} ${isSigned ? 'has no valid signature' : 'is not signed'}`
  await output.result({ verified, name: card.name, keys: keySource, signatures }, () =>
    harmless([verdict, ...(isSigned ? ['', ...describe(signatures)] : [])].join('\n')),
  )
  if (!output.json && keySource !== null && isExposed(keySource))
    output.note('note: the keys came over plain http, where anybody on the way can change them')
  return verified ? exitCodes.ok : exitCodes.failure
}
