import { PlatformError } from '@codetether/protocol/errors'
import type { FastifyInstance, HTTPMethods } from 'fastify'

const verbs: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Answers paths that nobody serves with 404, and paths that are served under another verb with 405. */
export function rejectUnknownRoutes(app: FastifyInstance): void {
  app.setNotFoundHandler(async (request, reply) => {
    const [url = '/'] = request.url.split('?')
    const served = verbs.filter(method => app.findRoute({ url, method }) !== null)
    if (served.length === 0) throw new PlatformError('NOT_FOUND', 'there is nothing here')
    reply.header('allow', served.join(', '))
    throw new PlatformError('METHOD_NOT_ALLOWED', `this path is served for ${served.join(', ')}`)
  })
}
