import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { prefixes } from '../../present/prefixes.ts'
import { version } from '../../version.ts'
import { checkReadiness, type Readiness } from './readiness.ts'
import { reaperRoutes } from './reaper-routes.ts'

/** Health for people, load balancers and orchestrators. `/health`, `/v1/health` and `/health/live` do not ask the database. */
export const healthRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const open = { config: { permission: 'public' } } as const
  // Anybody may ask: all who wait share one question, or they would keep the renewal of leases from the database.
  let asked: Promise<Readiness> | null = null
  const readiness = () => {
    asked ??= checkReadiness(ctx).finally(() => {
      asked = null
    })
    return asked
  }

  for (const url of ['/health', '/v1/health'])
    app.get(url, open, async () => ({ status: 'healthy', version, timestamp: new Date().toISOString() }))

  app.get('/health/live', open, async () => ({ status: 'live' }))

  app.get('/health/ready', open, async (_request, reply) => {
    const { ready, database, stopping } = await readiness()
    reply.code(ready ? 200 : 503)
    return { status: ready ? 'ready' : 'not ready', database: database.status, stopping }
  })

  for (const prefix of prefixes)
    app.get(`${prefix}/database/status`, { config: { permission: 'health:read' } }, async () => {
      const { database } = await readiness()
      const available = database.status === 'up'
      return { available, message: available ? 'the database answers' : 'the database does not answer', ...database }
    })

  app.get('/health/detail', { config: { permission: 'health:read' } }, async () => {
    const { ready, database } = await readiness()
    const { rss, heapUsed } = process.memoryUsage()
    return {
      status: ready ? 'healthy' : 'unhealthy',
      version,
      timestamp: new Date().toISOString(),
      uptimeSeconds: Math.round(process.uptime()),
      components: {
        database,
        hints: ctx.carrier ? { status: ctx.carrier.isUp() ? 'up' : 'down', bus: ctx.carrier.kind } : { status: 'off' },
        agents: { status: 'up', online: ctx.agents.length, runningTasks: ctx.running.size() },
        streams: { status: 'up', open: [...ctx.streams.values()].reduce((sum, open) => sum + open, 0) },
        process: { status: 'up', pid: process.pid, node: process.version, rssBytes: rss, heapUsedBytes: heapUsed },
      },
    }
  })

  await app.register(reaperRoutes(ctx))
}
