import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { workerAgentName } from '../../operations/work/worker-agent.ts'
import { readQueue } from '../../store/queue-figures.ts'

/** How much work of the caller waits for workers. */
export const queueRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  app.get('/v1/queue/status', { config: { permission: 'tasks:read' } }, async ({ principal }) => {
    const { tenantId, id } = principal
    const figures = await ctx.store.read(tenantId, tx =>
      readQueue(tx, { tenantId, principal: id, agent: workerAgentName }),
    )
    return {
      queued: figures.queued,
      running: figures.running,
      oldest_ready_at: figures.oldestReadyAt?.toISOString() ?? null,
      workers_online: figures.workersOnline,
    }
  })
}
