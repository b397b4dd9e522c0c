import { BlockList, isIPv4 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const wildcards = new BlockList()
wildcards.addAddress('0.0.0.0', 'ipv4')
wildcards.addAddress('::', 'ipv6')

const family = (host: string) => (isIPv4(host) ? 'ipv4' : 'ipv6')

/** True if only this machine can reach a port bound to the host. A name other than localhost could resolve to anything. */
export const isLoopback = (host: string): boolean => host === 'localhost' || loopback.check(host, family(host))

/** True if the host stands for every address of the machine, so that it is no name that a request could carry. */
export const isWildcard = (host: string): boolean => wildcards.check(host, family(host))
