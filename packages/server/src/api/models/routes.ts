import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { prefixes } from '../../present/prefixes.ts'
import { listModels, type WorkerModel } from '../../store/worker-models.ts'

const most = 1_000

const present = ({ ref, name, provider, workers, away }: WorkerModel) => ({
  id: ref,
  name,
  provider: provider ?? ref.slice(0, ref.indexOf('/')),
  available: workers.length > 0,
  workers,
  workers_away: away,
})

/** What models the registered workers have, and whether one of them is there. */
export const modelsRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'workers:read' } } as const
  const modelsOf = (tenantId: string) => ctx.store.read(tenantId, tx => listModels(tx, tenantId, most))
  for (const prefix of prefixes) {
    app.get(`${prefix}/models`, read, async ({ principal }) => ({
      models: (await modelsOf(principal.tenantId)).map(present),
      // Nobody chooses one for callers that name none: the worker does.
      default: null,
    }))

    app.get(`${prefix}/providers`, read, async ({ principal }) => {
      const byProvider = Map.groupBy((await modelsOf(principal.tenantId)).map(present), model => model.provider)
      const providers = [...byProvider].map(([id, models]) => ({
        id,
        available: models.some(model => model.available),
        models: models.map(model => model.id),
      }))
      return { providers }
    })
  }
}
