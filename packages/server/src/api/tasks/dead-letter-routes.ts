import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { redriveMany, redriveWork } from '../../operations/work/redrive.ts'
import { prefixes } from '../../present/prefixes.ts'
import { presentWork } from '../../present/work-task.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { listDeadWork } from '../../store/dead-work.ts'

const ListQuery = z.strictObject({
  before: z.uuid().optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

const Redrive = z.looseObject({ task_ids: z.array(z.uuid().toLowerCase()).min(1).max(limits.redrivesPerCall) })

interface ById {
  Params: { id: string }
}

/** Tasks that were given up: out of attempts, or not done by their deadline. Each can be done over, as another task. */
export const deadLetterRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const write = { config: { permission: 'tasks:write' } } as const
  for (const prefix of prefixes) {
    const url = `${prefix}/tasks`

    app.get(`${url}/dead-letters`, { config: { permission: 'tasks:read' } }, async request => {
      const { tenantId, id: principal } = request.principal
      const { before = null, limit } = readQuery(request, ListQuery)
      const { page, more } = await ctx.store.read(tenantId, tx =>
        listDeadWork(tx, { tenantId, principal, before, limit }),
      )
      return { tasks: page.map(presentWork), next: more ? page.at(-1)?.id : null }
    })

    app.post(`${url}/dead-letters/redrive`, write, async request => {
      const { task_ids } = readBody(request, Redrive)
      return { results: await redriveMany(ctx, request.principal, task_ids) }
    })

    app.post<ById>(`${url}/:id/redrive`, write, async ({ principal, params }, reply) => {
      const { taskId, isNew } = await redriveWork(ctx, principal, params.id)
      const task = presentWork(await getWork(ctx, principal, taskId))
      return reply.code(isNew ? 201 : 200).send({ success: true, task_id: taskId, redrive_of: params.id, task })
    })
  }
}
