import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { RegisterCodebase } from '@codetether/protocol/work/codebase'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { registerCodebase, removeCodebase } from '../../operations/work/codebases.ts'
import { getCodebase } from '../../operations/work/get-codebase.ts'
import { presentCodebase } from '../../present/codebase.ts'
import { codebasePaths, prefixes } from '../../present/prefixes.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { listCodebases } from '../../store/codebases.ts'
import { archiveRoutes } from './archive-routes.ts'
import { controlRoutes } from './control-routes.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { triggerRoutes } from './trigger-routes.ts'
import { watchRoutes } from './watch-routes.ts'

const ListQuery = z.strictObject({
  before: z.uuid().optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

/** With `force` what has not ended in it is canceled. */
const DeleteQuery = z.strictObject({ force: z.stringbool().default(false) })

interface ById {
  Params: { id: string }
}

const listPaths = [
  ...codebasePaths.flatMap(url => [url, `${url}/list`]),
  ...prefixes.flatMap(prefix => [`${prefix}/database/codebases`, `${prefix}/database/workspaces`]),
]

/** Codebases, under each prefix and both names. */
export const codebasesRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'codebases:read' } } as const
  const write = { config: { permission: 'codebases:write' } } as const
  for (const path of listPaths)
    app.get(path, read, async request => {
      const { before = null, limit } = readQuery(request, ListQuery)
      const { tenantId, id: principal } = request.principal
      const rows = await ctx.store.read(tenantId, tx => listCodebases(tx, { tenantId, principal, before, limit }))
      const codebases = rows.map(presentCodebase)
      return { codebases, workspaces: codebases, next: rows.length === limit ? rows.at(-1)?.id : null }
    })

  for (const url of codebasePaths) {
    app.post(url, write, async (request, reply) => {
      const codebase = presentCodebase(
        await registerCodebase(ctx, request.principal, readBody(request, RegisterCodebase)),
      )
      const pending = codebase.worker_id === null
      const task_id = codebase.clone_task_id
      return reply.code(201).send({ success: true, pending, task_id, ...codebase, codebase, workspace: codebase })
    })

    app.get<ById>(`${url}/:id`, read, async request =>
      presentCodebase(await getCodebase(ctx, request.principal, request.params.id)),
    )

    app.delete<ById>(`${url}/:id`, write, async request => {
      const { force } = readQuery(request, DeleteQuery)
      const canceled = await removeCodebase(ctx, request.principal, { id: request.params.id, force })
      return { success: true, cancelled_tasks: canceled }
    })
  }
  for (const routes of [watchRoutes, triggerRoutes, conversationRoutes, controlRoutes, eventRoutes, archiveRoutes])
    await app.register(routes(ctx))
}
