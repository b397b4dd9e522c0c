import { isIP } from 'node:net'
import { toBlockList } from './is-public-address.ts'

/** Where requests may go although it is no public address: what A2A_OUTBOUND_ALLOW lists. */
export interface AllowList {
  allowsName(name: string): boolean
  allowsAddress(address: string): boolean
}

const isBlock = (entry: string): boolean => isIP(entry.split('/')[0] ?? '') !== 0

/** @param entries host names, addresses and CIDR blocks */
export function createAllowList(entries: readonly string[]): AllowList {
  const blocks = toBlockList(entries.filter(isBlock))
  const names = new Set(entries.filter(entry => !isBlock(entry)).map(name => name.toLowerCase()))
  return {
    allowsName: name => names.has(name),
    allowsAddress(address) {
      const family = isIP(address)
      return family !== 0 && !address.includes('%') && blocks.check(address, family === 6 ? 'ipv6' : 'ipv4')
    },
  }
}
