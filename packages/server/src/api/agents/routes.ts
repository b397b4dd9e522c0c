import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { presentAgent } from '../../present/agent.ts'

/** `GET /agents`: who answers here. */
export const agentsRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  app.get('/agents', { config: { permission: 'agents:read' } }, async () => ({ agents: ctx.agents.map(presentAgent) }))
}
