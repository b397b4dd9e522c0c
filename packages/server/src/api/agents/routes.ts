import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { presentAgent } from '../../present/agent.ts'
import { agentSlugs } from '../../present/agent-slugs.ts'

/** `GET /agents`: who answers here. */
export const agentsRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  app.get('/agents', { config: { permission: 'agents:read' } }, async () => ({
    agents: [...agentSlugs(ctx.agents)].map(([slug, agent]) => presentAgent({ agent, slug })),
  }))
}
