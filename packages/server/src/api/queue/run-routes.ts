import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { presentRun, readRunId } from '../../present/run.ts'
import { readQuery } from '../../read-input.ts'
import { listRuns } from '../../store/read-runs.ts'

const RunId = z.string().transform((id, context) => {
  const place = readRunId(id)
  if (place) return place
  context.addIssue({ code: 'custom', message: 'must be the id of a run' })
  return z.NEVER
})

const ListQuery = z.strictObject({
  task_id: z.uuid().toLowerCase().optional(),
  before: RunId.optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

/** The attempts of workers at the caller's tasks, as runs. They are read from the log, and are there for as long as it is kept. */
export const runRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'tasks:read' } } as const

  app.get('/v1/queue/runs', read, async request => {
    const { tenantId, id: principal } = request.principal
    const { task_id: taskId = null, before = null, limit } = readQuery(request, ListQuery)
    const rows = await ctx.store.read(tenantId, tx => listRuns(tx, { tenantId, principal, taskId, before, limit }))
    const runs = rows.map(presentRun)
    return { runs, next: runs.length === limit ? runs.at(-1)?.id : null }
  })

  app.get<{ Params: { id: string } }>('/v1/queue/runs/:id', read, async ({ principal: { tenantId, id }, params }) => {
    const place = readRunId(params.id)
    const [run] = place
      ? await ctx.store.read(tenantId, tx =>
          listRuns(tx, {
            ...{ tenantId, principal: id, taskId: place.taskId, limit: 1 },
            before: { taskId: place.taskId, attempt: place.attempt + 1 },
          }),
        )
      : []
    if (run && run.attempt === place?.attempt) return presentRun(run)
    throw new PlatformError('NOT_FOUND', 'there is no such run')
  })
}
