import type { TaskState } from '@codetether/protocol/task-state'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { codebaseStatus } from '../../operations/work/codebase-status.ts'
import { endOpen } from '../../operations/work/end-open.ts'
import { getCodebase } from '../../operations/work/get-codebase.ts'
import { presentCodebaseStatus, presentOpen } from '../../present/codebase-status.ts'
import { codebasePaths } from '../../present/prefixes.ts'

/** What each of the two ends: the turns that run, or whatever has not ended. */
const verbs: Record<'interrupt' | 'stop', { states: readonly TaskState[]; reason: string }> = {
  interrupt: { states: ['working'], reason: 'The turn was interrupted.' },
  stop: {
    states: ['submitted', 'working', 'input-required', 'auth-required'],
    reason: 'The work in this codebase was stopped.',
  },
}

interface ById {
  Params: { id: string }
}

/** How a codebase stands for its caller, and ways to end the caller's own tasks in it. */
export const controlRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const url of codebasePaths) {
    app.get<ById>(`${url}/:id/status`, { config: { permission: 'tasks:read' } }, async request => ({
      success: true,
      ...presentCodebaseStatus(await codebaseStatus(ctx, request.principal, request.params.id)),
    }))

    for (const [verb, { states, reason }] of Object.entries(verbs))
      app.post<ById>(`${url}/:id/${verb}`, { config: { permission: 'tasks:write' } }, async request => {
        const { tenantId, id: principal } = request.principal
        const { id: codebaseId } = await getCodebase(ctx, request.principal, request.params.id)
        const scope = { tenantId, codebaseId, principal }
        const { ended, more } = await endOpen(ctx, { ...scope, actor: principal, states, reason })
        return {
          success: true,
          codebase_id: codebaseId,
          workspace_id: codebaseId,
          ended: ended.length,
          more,
          // As they were before.
          tasks: ended.map(presentOpen),
        }
      })
  }
}
