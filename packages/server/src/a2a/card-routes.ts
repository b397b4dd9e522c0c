import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.ts'
import { presentAgentCard as presentCardV03 } from '../present/agent-card-v03.ts'
import { presentAgentCard as presentCardV10 } from '../present/agent-card-v10.ts'
import { toPublicCard } from '../present/public-card.ts'
import { baseOf } from './base-of.ts'
import { negotiateVersion } from './rules.ts'
import { versionOf } from './version-of.ts'

/** Where clients look for the card: A2A v0.3 §5.3, and the path of the versions before. */
const paths = ['/.well-known/agent-card.json', '/.well-known/agent.json']

/** The public card, for caches: ETag, max-age, 304. In the form of v1.0 for callers that name it. */
export const cardRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const url of paths)
    app.get(url, { config: { permission: 'public' } }, async (request, reply) => {
      const { headers } = request
      const present = negotiateVersion(versionOf(request)) === '1.0' ? presentCardV10 : presentCardV03
      const card = present(ctx.config, ctx.agents, baseOf(ctx, request))
      const body = JSON.stringify(toPublicCard(ctx.config, card))
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
      reply.headers({ etag, 'cache-control': 'public, max-age=300', vary: 'host, origin, a2a-version' })
      const known = headers['if-none-match']?.split(',').map(tag => tag.trim().replace(/^W\//, ''))
      if (known?.includes(etag)) return reply.code(304).send()
      return reply.type('application/json; charset=utf-8').send(body)
    })
}
