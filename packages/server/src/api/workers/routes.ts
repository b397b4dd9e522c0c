import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { RegisterWorker } from '@codetether/protocol/work/register-worker'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { registerWorker, unregisterWorker } from '../../operations/work/register.ts'
import { renewLeases } from '../../operations/work/renew.ts'
import { getWorker, workerOf } from '../../operations/work/worker-of.ts'
import { prefixes } from '../../present/prefixes.ts'
import { presentWorker } from '../../present/worker.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { listWorkers } from '../../store/workers.ts'
import { workerAgentRoutes } from './agent-routes.ts'
import { connectedRoutes } from './connected-routes.ts'

const flag = z.enum(['true', 'false', '1', '0']).transform(value => value === 'true' || value === '1')

const ListQuery = z.strictObject({
  search: z.string().max(limits.idChars).optional(),
  online_only: flag.optional(),
  exclude_offline_hours: queryInteger(1, 24 * 3_650).optional(),
  after: z.string().max(limits.idChars).default(''),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSize),
})

const Unregister = z.looseObject({ drain: z.boolean().default(false) })

interface ById {
  Params: { id: string }
}

/** Workers: who there is, and how they come and go. */
export const workersRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const prefix of prefixes) {
    const url = `${prefix}/workers`
    const read = { config: { permission: 'workers:read' } } as const
    const register = { config: { permission: 'workers:register' } } as const

    const list = async (request: FastifyRequest) => {
      const { search, online_only, exclude_offline_hours, after, limit } = readQuery(request, ListQuery)
      const { tenantId, id: principal } = request.principal
      const seenWithinSeconds = online_only
        ? limits.workerAwayMs / 1000
        : exclude_offline_hours && exclude_offline_hours * 3600
      const seen = seenWithinSeconds ?? null
      const filter = { tenantId, principal, search: search ?? null, seenWithinSeconds: seen, after, limit }
      const workers = await ctx.store.read(tenantId, tx => listWorkers(tx, filter))
      const now = new Date()
      return {
        workers: workers.map(worker => presentWorker(worker, now)),
        next: workers.length === limit ? workers.at(-1)?.id : null,
      }
    }
    app.get(url, read, list)
    app.get(`${prefix}/database/workers`, read, list)

    app.get<ById>(`${url}/:id`, read, async request =>
      presentWorker(await getWorker(ctx, request.principal, request.params.id), new Date()),
    )

    app.post(`${url}/register`, register, async request => {
      const { worker, token } = await registerWorker(ctx, request.principal, readBody(request, RegisterWorker))
      const shown = presentWorker(worker, new Date())
      return { success: true, worker: shown, ...(token !== null && { worker_token: token }) }
    })

    app.post<ById>(`${url}/:id/unregister`, register, async request => {
      const { drain } = readBody(request, Unregister)
      const { requeued } = await unregisterWorker(ctx, request.principal, { id: request.params.id, drain })
      return { success: true, requeued }
    })

    app.post<ById>(`${url}/:id/heartbeat`, { config: { permission: 'worker:run' } }, async request => {
      const worker = workerOf(request.principal)
      // Somebody else's id is not there.
      await getWorker(ctx, request.principal, request.params.id === worker.workerId ? worker.workerId : '')
      const { state } = await renewLeases(ctx, worker, [])
      return { success: true, status: state }
    })
  }
  await app.register(connectedRoutes(ctx))
  await app.register(workerAgentRoutes(ctx))
}
