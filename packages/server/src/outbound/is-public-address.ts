import { BlockList, isIP } from 'node:net'

/** IPv4 that is not of the public internet, by IANA's registry of special-purpose addresses; with multicast. */
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]

/** The only part of IPv6 that is given out to the public. Mapped, compatible and NAT64 addresses lie outside. */
const global6 = '2000::/3'

/** What of it leads elsewhere: protocol assignments with Teredo and ORCHID, documentation, 6to4. */
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

/** Blocks of addresses, as CIDR or single addresses. */
export function toBlockList(blocks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const block of blocks) {
    const [address = '', prefix] = block.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, prefix === undefined ? bitsOf[family] : Number(prefix), family)
  }
  return list
}

const bitsOf = { ipv4: 32, ipv6: 128 }

const refused4 = toBlockList(special4)
const allowed6 = toBlockList([global6])
const refused6 = toBlockList(special6)

/** Is this an address of the public internet? Whatever is not known to be one is none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !refused4.check(address, 'ipv4')
  if (family === 6 && !address.includes('%')) return allowed6.check(address, 'ipv6') && !refused6.check(address, 'ipv6')
  return false
}
