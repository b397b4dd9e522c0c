import type { FastifyInstance } from 'fastify'

const requestHeaders =
  'authorization, content-type, last-event-id, a2a-version, a2a-extensions, x-a2a-extensions, x-api-key, x-request-id'

const allowed = {
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-expose-headers': 'etag, retry-after, x-request-id, a2a-extensions, x-a2a-extensions',
  'access-control-max-age': '600',
}

/**
 * Lets pages of allowed origins read answers, and answers their preflights. Foreign origins never get this far. Called,
 * not registered: a plugin's hook sees the plugin's own routes only. `authHeader` is where callers carry their token.
 */
export function addCors(app: FastifyInstance, authHeader: string): void {
  app.addHook('onRequest', async ({ origin: { page } }, reply) => {
    if (page === null) return
    reply.header('access-control-allow-origin', page).header('vary', 'origin')
    reply.header('access-control-expose-headers', allowed['access-control-expose-headers'])
  })
  app.options('/*', { config: { permission: 'public' } }, async (_request, reply) => {
    const headers = { ...allowed, 'access-control-allow-headers': `${requestHeaders}, ${authHeader}` }
    await reply.headers(headers).code(204).send()
  })
}
