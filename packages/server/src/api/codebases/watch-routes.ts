import { StartWatch } from '@codetether/protocol/work/codebase'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { watchCodebase } from '../../operations/work/codebases.ts'
import { getCodebase } from '../../operations/work/get-codebase.ts'
import { codebasePaths } from '../../present/prefixes.ts'
import { readBody } from '../../read-input.ts'
import type { CodebaseRow } from '../../store/codebases.ts'
import { countOpen } from '../../store/open-work.ts'

interface ById {
  Params: { id: string }
}

/** Whether the tasks of a codebase are taken by themselves. What is set is stored. */
export const watchRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'codebases:read' } } as const
  const write = { config: { permission: 'codebases:write' } } as const
  const show = async (codebase: CodebaseRow) => {
    const { tenantId, id, watch, watchIntervalSeconds } = codebase
    const { pending, running } = await ctx.store.read(tenantId, tx =>
      countOpen(tx, { tenantId, codebaseId: id, principal: null }),
    )
    return {
      success: true,
      codebase_id: id,
      watch_mode: watch,
      status: watch ? 'watching' : 'idle',
      interval: watchIntervalSeconds,
      pending_tasks: pending,
      running_tasks: running,
    }
  }
  for (const url of codebasePaths) {
    app.post<ById>(`${url}/:id/watch/start`, write, async request => {
      const { interval } = readBody(request, StartWatch)
      return show(await watchCodebase(ctx, request.principal, { id: request.params.id, on: true, interval }))
    })

    app.post<ById>(`${url}/:id/watch/stop`, write, async request =>
      show(await watchCodebase(ctx, request.principal, { id: request.params.id, on: false, interval: null })),
    )

    app.get<ById>(`${url}/:id/watch/status`, read, async request =>
      show(await getCodebase(ctx, request.principal, request.params.id)),
    )
  }
}
