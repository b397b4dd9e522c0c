import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { CreateWork } from '@codetether/protocol/work/create-work'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { cancelWork } from '../../operations/work/cancel-work.ts'
import { createWork } from '../../operations/work/create-work.ts'
import { dispatchWork, requeueWork } from '../../operations/work/dispatch.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { withStandings } from '../../operations/work/standing.ts'
import { prefixes } from '../../present/prefixes.ts'
import { presentWork, workStatuses } from '../../present/work-task.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { listWork } from '../../store/read-work.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { readKey } from './idempotency-key.ts'
import { outputRoutes } from './output-routes.ts'
import { progressRoutes } from './progress-routes.ts'
import { stuckRoutes } from './stuck-routes.ts'
import { WorkStatus } from './work-status.ts'

const ListQuery = z.strictObject({
  status: WorkStatus.optional(),
  worker_id: z.string().max(limits.idChars).optional(),
  codebase_id: z.uuid().optional(),
  workspace_id: z.uuid().optional(),
  agent_name: z.string().max(limits.idChars).optional(),
  before: z.uuid().optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

interface ById {
  Params: { id: string }
}

/** Work for workers: put in, looked at, canceled. */
export const tasksRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'tasks:read' } } as const
  const write = { config: { permission: 'tasks:write' } } as const
  for (const prefix of prefixes) {
    const url = `${prefix}/tasks`

    app.get(url, read, async request => {
      const { tenantId, id: principal } = request.principal
      const query = readQuery(request, ListQuery)
      const { page, more } = await ctx.store.read(tenantId, tx =>
        listWork(tx, {
          tenantId,
          principal,
          states: query.status ? [query.status] : null,
          workerId: query.worker_id ?? null,
          codebaseId: query.codebase_id ?? query.workspace_id ?? null,
          agentName: query.agent_name?.toLowerCase() ?? null,
          before: query.before ?? null,
          limit: query.limit,
        }),
      )
      const tasks = await withStandings(ctx, tenantId, page)
      return { tasks: tasks.map(presentWork), next: more ? page.at(-1)?.id : null }
    })

    app.post(url, write, async (request, reply) => {
      const key = readKey(request.headers['idempotency-key'])
      const { taskId, isNew } = await createWork(ctx, request.principal, {
        request: readBody(request, CreateWork),
        key,
      })
      const task = presentWork(await getWork(ctx, request.principal, taskId))
      return reply.code(isNew ? 201 : 200).send({ success: true, task_id: taskId, task, ...task })
    })

    app.get<ById>(`${url}/:id`, read, async request =>
      presentWork(await getWork(ctx, request.principal, request.params.id)),
    )

    app.post<ById>(`${url}/:id/cancel`, write, async request => {
      const task = await cancelWork(ctx, request.principal, request.params.id)
      return { success: true, task_id: task.id, status: workStatuses[task.state], task: presentWork(task) }
    })

    for (const [verb, act] of Object.entries({ dispatch: dispatchWork, requeue: requeueWork }))
      app.post<ById>(`${url}/:id/${verb}`, write, async request => {
        const task = presentWork(await act(ctx, request.principal, request.params.id))
        return { success: true, task_id: task.id, status: task.status, task }
      })
  }
  await app.register(outputRoutes(ctx))
  await app.register(stuckRoutes(ctx))
  await app.register(deadLetterRoutes(ctx))
  await app.register(progressRoutes(ctx))
}
