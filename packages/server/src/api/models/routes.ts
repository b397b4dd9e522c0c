import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { ModelRef } from '@codetether/protocol/work/names'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { prefixes } from '../../present/prefixes.ts'
import { readQuery } from '../../read-input.ts'
import { listModels, type WorkerModel } from '../../store/worker-models.ts'

const ListQuery = z.strictObject({
  after: ModelRef.optional(),
  limit: queryInteger(1, limits.modelsListed).default(limits.modelsListed),
})

const present = ({ ref, name, provider, workers, here, away }: WorkerModel) => ({
  id: ref,
  name,
  provider: provider ?? ref.slice(0, ref.indexOf('/')),
  available: here > 0,
  workers,
  workers_online: here,
  workers_away: away,
})

/** What models the registered workers have, and whether one of them is there. */
export const modelsRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'workers:read' } } as const
  const modelsOf = async (request: FastifyRequest) => {
    const { after = '', limit } = readQuery(request, ListQuery)
    const { tenantId, id: principal } = request.principal
    const rows = await ctx.store.read(tenantId, tx => listModels(tx, { tenantId, principal, after, limit }))
    const models = rows.map(present)
    return { models, next: models.length === limit ? models.at(-1)?.id : null }
  }
  for (const prefix of prefixes) {
    app.get(`${prefix}/models`, read, async request => ({
      ...(await modelsOf(request)),
      // Nobody chooses one for callers that name none: the worker does.
      default: null,
    }))

    app.get(`${prefix}/providers`, read, async request => {
      const { models, next } = await modelsOf(request)
      const byProvider = Map.groupBy(models, model => model.provider)
      const providers = [...byProvider].map(([id, own]) => ({
        id,
        available: own.some(model => model.available),
        models: own.map(model => model.id),
      }))
      return { providers, next }
    })
  }
}
