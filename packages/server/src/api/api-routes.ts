import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.ts'
import { agentsRoutes } from './agents/routes.ts'
import { automationRoutes } from './automation/routes.ts'
import { codebasesRoutes } from './codebases/routes.ts'
import { healthRoutes } from './health/routes.ts'
import { metricsRoutes } from './metrics/routes.ts'
import { modelsRoutes } from './models/routes.ts'
import { pushRoutes } from './push/routes.ts'
import { queueRoutes } from './queue/routes.ts'
import { sessionsRoutes } from './sessions/routes.ts'
import { statusRoutes } from './status/routes.ts'
import { tasksRoutes } from './tasks/routes.ts'
import { workersRoutes } from './workers/routes.ts'

/** All routes beside those of A2A and of workers. */
export const apiRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const routes of [
    agentsRoutes,
    automationRoutes,
    codebasesRoutes,
    healthRoutes,
    metricsRoutes,
    modelsRoutes,
    pushRoutes,
    queueRoutes,
    sessionsRoutes,
    statusRoutes,
    tasksRoutes,
    workersRoutes,
  ])
    await app.register(routes(ctx))
}
