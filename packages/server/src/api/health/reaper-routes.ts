import { limits } from '@codetether/protocol/limits'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { prefixes } from '../../present/prefixes.ts'
import { readSweeps } from '../../store/sweeps.ts'

const aliveSeconds = (3 * limits.sweepToldMs) / 1000

/** Whether lost tasks are put back: what the sweepers of all replicas have told the database. */
export const reaperRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const prefix of prefixes)
    app.get(`${prefix}/reaper/health`, { config: { permission: 'health:read' } }, async () => {
      const told = await ctx.store.system(tx => readSweeps(tx, aliveSeconds))
      const isHealthy = told !== null && told.sweepers > 0 && told.late === 0
      return {
        status: isHealthy ? 'healthy' : 'late',
        last_run_at: told?.sweptAt?.toISOString() ?? null,
        last_run_age_seconds: told?.ageSeconds ?? null,
        interval_seconds: 1,
        sweepers: told?.sweepers ?? 0,
        late_tasks: told?.late ?? 0,
        lease_seconds: ctx.config.work.leaseMs / 1000,
        max_attempts: ctx.config.work.attempts,
        figures: {
          since: told?.since?.toISOString() ?? null,
          readied: told?.readied ?? 0,
          requeued: told?.requeued ?? 0,
          given_up: told?.givenUp ?? 0,
          overdue: told?.overdue ?? 0,
        },
      }
    })
}
