import { limits } from '@codetether/protocol/limits'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { workerAgentName } from '../../operations/work/worker-agent.ts'
import { runId } from '../../present/run.ts'
import type { Principal } from '../../principal.ts'
import { type QueueFigures, readQueue } from '../../store/queue-figures.ts'
import { findRunningWork } from '../../store/running-work.ts'
import { dispatchRoutes } from './dispatch-routes.ts'
import { runRoutes } from './run-routes.ts'

const presentFigures = ({ queued, running, oldestReadyAt, workersOnline }: QueueFigures) => ({
  queued,
  running,
  oldest_ready_at: oldestReadyAt?.toISOString() ?? null,
  workers_online: workersOnline,
})

/** How much work of the caller waits for workers, and what they are at. */
export const queueRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'tasks:read' } } as const
  const keyOf = ({ tenantId, id }: Principal) => ({ tenantId, principal: id })

  app.get('/v1/queue/status', read, async ({ principal }) => {
    const key = { ...keyOf(principal), agent: workerAgentName }
    return presentFigures(await ctx.store.read(principal.tenantId, tx => readQueue(tx, key)))
  })

  app.get('/v1/queue/my', read, async ({ principal }) => {
    const key = keyOf(principal)
    const [figures, running] = await ctx.store.read(principal.tenantId, tx =>
      Promise.all([
        readQueue(tx, { ...key, agent: workerAgentName }),
        findRunningWork(tx, { ...key, silentSeconds: 0, limit: limits.pageSizeDefault }),
      ]),
    )
    const { mostPerPrincipal, mostPerTenant } = ctx.config.work
    return {
      ...presentFigures(figures),
      max_running: mostPerPrincipal ?? null,
      max_running_of_tenant: mostPerTenant ?? null,
      runs: running.map(({ id, attempt, title, workerId, startedAt, silentSeconds }) => ({
        ...{ id: runId({ taskId: id, attempt }), task_id: id, attempt, title, worker_id: workerId },
        started_at: startedAt?.toISOString() ?? null,
        silent_seconds: silentSeconds,
      })),
    }
  })

  await app.register(runRoutes(ctx))
  await app.register(dispatchRoutes(ctx))
}
