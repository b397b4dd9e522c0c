import { PlatformError } from '@codetether/protocol/errors'
import type { FastifyInstance } from 'fastify'

/** The paths of a route's pattern. A parameter stands for at least one character within its segment; `::` is a colon. */
const matcherOf = (pattern: string): RegExp => {
  const parts = pattern.split(/(::|:\w+)/).map((part, index) => {
    if (index % 2 === 0) return RegExp.escape(part)
    return part === '::' ? ':' : '[^/]+'
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** Answers paths that nobody serves with 404, and paths that are served under another verb with 405. */
export function rejectUnknownRoutes(app: FastifyInstance): void {
  const routes: { method: string; matcher: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const matcher = matcherOf(url)
    for (const verb of [method].flat()) routes.push({ method: verb, matcher })
  })
  app.setNotFoundHandler(async (request, reply) => {
    const [path = '/'] = request.url.split('?')
    const served = new Set(routes.filter(({ matcher }) => matcher.test(path)).map(({ method }) => method))
    if (served.size === 0) throw new PlatformError('NOT_FOUND', 'there is nothing here')
    reply.header('allow', [...served].join(', '))
    throw new PlatformError('METHOD_NOT_ALLOWED', `this path is served for ${[...served].join(', ')}`)
  })
}
