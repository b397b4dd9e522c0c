import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/exposure.ts'
import { type Permission, type Principal, permissions } from '../principal.ts'
import { defaultTenantId } from '../tenants.ts'

/** What tells who calls. */
export interface Caller {
  headers: IncomingHttpHeaders
  /** The address of the socket's other end, whatever headers say. */
  remoteAddress: string | undefined
}

/** All that users may. What workers do needs the token of one. */
const everything = new Set(permissions.filter(permission => permission !== 'worker:run'))
const principal = (id: string, permissions: ReadonlySet<Permission> = everything): Principal => ({
  tenantId: defaultTenantId,
  id,
  permissions,
})
const owner = principal('local')
const anonymous = principal('anonymous')
const scraper = principal('metrics', new Set<Permission>(['metrics:read']))

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

/** With one of these on it a request came through a proxy, whose callers are not the owner of this machine. */
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']

const mapped = /^::ffff:(?=\d+\.)/

/** Tells who a caller is. The function that it makes throws UNAUTHENTICATED. */
export function createAuthenticator({ auth, http, insecure }: Config): (caller: Caller) => Principal {
  const known = [...auth.tokens].map(([name, token]) => ({
    hash: digest(token),
    principal: principal(`token:${name}`),
  }))
  if (auth.metricsToken !== undefined) known.push({ hash: digest(auth.metricsToken), principal: scraper })
  const expected = { scheme: auth.header === 'authorization' ? 'Bearer' : 'ApiKey', header: auth.header }
  return ({ headers, remoteAddress }) => {
    if (auth.enabled) {
      const token = tokenOf(headers, auth.header)
      if (token === null) throw unauthenticated('credentials are missing', expected)
      const hash = digest(token)
      // All digests are compared, each in constant time: the time tells nothing about the tokens.
      const [match] = known.filter(candidate => timingSafeEqual(candidate.hash, hash))
      if (!match) throw unauthenticated('the credentials are not valid', expected)
      return match.principal
    }
    const isLocal = http.loopback && isLoopback(remoteAddress?.replace(mapped, '') ?? '')
    if (isLocal && !forwardingHeaders.some(name => headers[name] !== undefined)) return owner
    if (insecure) return anonymous
    throw unauthenticated('callers behind a proxy need credentials: see A2A_AUTH_TOKENS')
  }
}

function tokenOf(headers: IncomingHttpHeaders, header: string): string | null {
  const value = headers[header]
  if (typeof value !== 'string' || value === '') return null
  if (header !== 'authorization') return value
  return /^Bearer +(\S+)$/i.exec(value)?.[1] ?? null
}

/** `expected` tells every door's callers what `WWW-Authenticate` tells those of HTTP. */
const unauthenticated = (message: string, expected?: { scheme: string; header: string }) =>
  new PlatformError('UNAUTHENTICATED', message, expected && { metadata: expected })
