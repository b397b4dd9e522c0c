import { isIP } from 'node:net'
import { PlatformError } from '@codetether/protocol/errors'
import type { AllowList } from './allow-list.ts'
import { isPublicAddress } from './is-public-address.ts'

/** Where a URL leads, as far as the URL itself tells. */
export interface Target {
  url: URL
  /** The name to be resolved, or null where the URL names an address. */
  name: string | null
  /** The address that the URL names, without brackets. */
  address: string | null
}

/** Names that mean this machine or this network, whatever a resolver says of them. */
const innerName = /(?:^|\.)(?:localhost|internal|local|home\.arpa)$/

/** The same answer for all: why an address is refused says something about the network behind this server. */
export const forbidden = (why = 'the URL must lead to a public address by https'): PlatformError =>
  new PlatformError('WEBHOOK_URL_FORBIDDEN', why, { fieldViolations: [{ field: 'url', description: why }] })

/**
 * Reads a URL to which this server shall send something. `URL` turns all spellings of an IPv4 address into the one with
 * four decimals. Throws WEBHOOK_URL_FORBIDDEN.
 */
export function readTarget(given: string, allow: AllowList): Target {
  if (!URL.canParse(given)) throw forbidden('must be an absolute URL')
  const url = new URL(given)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw forbidden()
  if (url.username !== '' || url.password !== '') throw forbidden('must not carry credentials')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const target = isIP(host) === 0 ? { url, name: host, address: null } : { url, name: null, address: host }
  if (target.name !== null && !allow.allowsName(host) && !isOutsideName(host)) throw forbidden()
  if (target.address !== null) checkAddresses(target, [host], allow)
  return target
}

const isOutsideName = (name: string): boolean => name.includes('.') && !innerName.test(name)

/** Checks the addresses of a target: one that is not public is one too many. Throws WEBHOOK_URL_FORBIDDEN. */
export function checkAddresses({ url, name }: Target, addresses: readonly string[], allow: AllowList): void {
  const isAllowed = (address: string) => (name !== null && allow.allowsName(name)) || allow.allowsAddress(address)
  const isFine = (address: string) => isAllowed(address) || (url.protocol === 'https:' && isPublicAddress(address))
  if (!addresses.every(isFine)) throw forbidden()
}
