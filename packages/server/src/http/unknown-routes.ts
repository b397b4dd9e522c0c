import { PlatformError } from '@codetether/protocol/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { restPathOf } from '../a2a/rest/rest-paths.ts'

/** The paths of a route's pattern. A parameter stands for at least one character within its segment; `::` is a colon. */
const matcherOf = (pattern: string): RegExp => {
  const parts = pattern.split(/(::|:\w+)/).map((part, index) => {
    if (index % 2 === 0) return RegExp.escape(part)
    return part === '::' ? ':' : '[^/]+'
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** What a request asks for, without its query. */
export const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '/'

/** Answers paths that nobody serves with 404, and paths that are served under another verb with 405. */
export function rejectUnknownRoutes(app: FastifyInstance): void {
  const routes: { method: string; matcher: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const matcher = matcherOf(url)
    for (const verb of [method].flat()) routes.push({ method: verb, matcher })
  })
  app.setNotFoundHandler(async (request, reply) => {
    const path = pathOf(request)
    const isServed = routes.filter(({ matcher }) => matcher.test(path)).map(({ method }) => method)
    const served = restPathOf(path)?.verbs ?? [...new Set(isServed)]
    if (served.length === 0) throw new PlatformError('NOT_FOUND', 'there is nothing here')
    reply.header('allow', served.join(', '))
    throw new PlatformError('METHOD_NOT_ALLOWED', `this path is served for ${served.join(', ')}`)
  })
}
