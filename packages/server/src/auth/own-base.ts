import type { Context } from '../context.ts'
import { loopbackNames, nameOf } from './check-origin.ts'

/**
 * Is this base an address of the server for sure, and not just what a caller has written as its Host? With tokens and
 * without configured names any Host is served, so what is said in the server's name must not follow it.
 */
export function isOwnBase(
  { config: { http }, listening }: Pick<Context, 'config' | 'listening'>,
  base: string,
): boolean {
  if (http.publicUrl !== undefined) return base === http.publicUrl
  const url = new URL(base)
  const isOwnName = loopbackNames.includes(nameOf(url)) || http.allowedHosts.includes(nameOf(url))
  return isOwnName && Number(url.port || 80) === listening.httpPort
}
