import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { requeueWork } from '../../operations/work/dispatch.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { presentProgress } from '../../present/work-progress.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { findRunningWork } from '../../store/running-work.ts'

const url = '/v1/worker/tasks'

const SilentQuery = z.strictObject({
  seconds: queryInteger(1, limits.timeLimitSeconds).default(limits.silentSeconds),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

const Resume = z.looseObject({ task_id: z.uuid().toLowerCase() })

interface ById {
  Params: { id: string }
}

/** How far the caller's tasks are, by what their workers tell, and what to do about one that tells nothing. */
export const progressRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'tasks:read' } } as const

  app.get<ById>(`${url}/:id/progress`, read, async ({ principal, params }) =>
    presentProgress(await getWork(ctx, principal, params.id)),
  )

  app.get(`${url}/silent`, read, async request => {
    const { tenantId, id: principal } = request.principal
    const { seconds, limit } = readQuery(request, SilentQuery)
    const silent = await ctx.store.read(tenantId, tx =>
      findRunningWork(tx, { tenantId, principal, silentSeconds: seconds, limit }),
    )
    const tasks = silent.map(({ silentSeconds, ...task }) => ({
      ...presentProgress(task),
      silent_seconds: silentSeconds,
    }))
    return { tasks, count: tasks.length }
  })

  app.post(`${url}/resume`, { config: { permission: 'tasks:write' } }, async request => {
    const { task_id } = readBody(request, Resume)
    const task = await requeueWork(ctx, request.principal, task_id)
    return { success: true, ...presentProgress(task), resume_attempt: task.attempt + 1 }
  })
}
