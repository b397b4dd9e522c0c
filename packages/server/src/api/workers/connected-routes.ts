import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { getWorker } from '../../operations/work/worker-of.ts'
import { readQuery } from '../../read-input.ts'
import { listWorkers, type WorkerRow } from '../../store/workers.ts'
import type { Presence } from '../../worker-hub.ts'

const ListQuery = z.strictObject({
  after: z.string().max(limits.idChars).default(''),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSize),
})

const nobody: Presence = { streams: 0, claims: 0 }

/** Streams and claims are those that wait here; over all replicas the database knows who was heard of just now. */
function present(worker: WorkerRow, { streams, claims }: Presence) {
  const isHeardOf = Date.now() - worker.seenAt.getTime() < limits.workerStreamMs
  return {
    worker_id: worker.id,
    name: worker.name,
    status: worker.state,
    connected: streams > 0 || claims > 0 || isHeardOf,
    streams,
    waiting_claims: claims,
    running_tasks: worker.running,
    last_seen: worker.seenAt.toISOString(),
  }
}

/** Which workers are connected now. */
export const connectedRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'workers:read' } } as const

  app.get('/v1/worker/connected', read, async request => {
    const { after, limit } = readQuery(request, ListQuery)
    const { tenantId, id: principal } = request.principal
    const here = ctx.workers.presence(tenantId)
    const seenWithinSeconds = limits.workerStreamMs / 1000
    const filter = { tenantId, principal, search: null, seenWithinSeconds, orOneOf: [...here.keys()], after, limit }
    const workers = await ctx.store.read(tenantId, tx => listWorkers(tx, filter))
    return {
      workers: workers.map(worker => present(worker, here.get(worker.id) ?? nobody)),
      next: workers.length === limit ? workers.at(-1)?.id : null,
    }
  })

  app.get<{ Params: { id: string } }>('/v1/worker/connected/:id', read, async ({ principal, params }) => {
    const worker = await getWorker(ctx, principal, params.id)
    return present(worker, ctx.workers.presence(principal.tenantId).get(worker.id) ?? nobody)
  })
}
