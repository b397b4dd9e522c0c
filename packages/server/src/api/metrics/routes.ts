import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { contentType } from '../../metrics/registry.ts'

/** `GET /metrics`: what Prometheus scrapes. */
export const metricsRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  app.get('/metrics', { config: { permission: 'metrics:read' } }, async (_request, reply) =>
    reply.type(contentType).send(await ctx.metrics.registry.render()),
  )
}
