import { lookup } from 'node:dns/promises'
import type { AllowList } from './allow-list.ts'
import { checkAddresses, forbidden, type Target } from './read-target.ts'

/** All IPv4 and IPv6 addresses of a name. Throws if it has none, or nobody can tell. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** As the machine resolves names, with its hosts file. */
export const resolveName: Resolve = async name => {
  const found = await lookup(name, { all: true })
  return found.map(({ address }) => address)
}

/** The addresses of a target, each of them checked. Throws WEBHOOK_URL_FORBIDDEN, and what the resolver throws. */
export async function resolveTarget(
  target: Target,
  { allow, resolve }: { allow: AllowList; resolve: Resolve },
): Promise<readonly [string, ...string[]]> {
  const [first, ...others] = target.name === null ? [target.address ?? ''] : await resolve(target.name)
  if (first === undefined) throw forbidden('the name has no address')
  checkAddresses(target, [first, ...others], allow)
  return [first, ...others]
}
