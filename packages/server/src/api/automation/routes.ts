import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { AutomationTask } from '@codetether/protocol/work/automation'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { limitCalls } from '../../operations/limit-calls.ts'
import { cancelWork } from '../../operations/work/cancel-work.ts'
import { createWork } from '../../operations/work/create-work.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { withStandings } from '../../operations/work/standing.ts'
import { workerAgentName } from '../../operations/work/worker-agent.ts'
import { presentAutomation } from '../../present/automation-task.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { readCalls } from '../../store/call-slots.ts'
import { readQueue } from '../../store/queue-figures.ts'
import { listWork } from '../../store/read-work.ts'
import { readKey } from '../tasks/idempotency-key.ts'
import { WorkStatus } from '../tasks/work-status.ts'

const url = '/v1/automation'

const ListQuery = z.strictObject({
  status: WorkStatus.optional(),
  before: z.uuid().optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

interface ById {
  Params: { id: string }
}

/** Work for workers in the flat shapes that tools for automation (Zapier, Make, n8n) map to fields. */
export const automationRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'tasks:read' } } as const
  const write = { config: { permission: 'tasks:write' } } as const

  app.post(`${url}/tasks`, write, async (request, reply) => {
    const { principal } = request
    const key = readKey(request.headers['idempotency-key'])
    const { request: work, push } = readBody(request, AutomationTask)
    await limitCalls(ctx, principal)
    const { taskId, isNew } = await createWork(ctx, principal, { request: work, key, push })
    return reply.code(isNew ? 201 : 200).send(presentAutomation(await getWork(ctx, principal, taskId)))
  })

  app.get(`${url}/tasks`, read, async request => {
    const { tenantId, id: principal } = request.principal
    const { status, before = null, limit } = readQuery(request, ListQuery)
    const filter = { tenantId, principal, workerId: null, codebaseId: null, agentName: null, before, limit }
    const { page, more } = await ctx.store.read(tenantId, tx =>
      listWork(tx, { ...filter, states: status ? [status] : null }),
    )
    const tasks = await withStandings(ctx, tenantId, page)
    return { tasks: tasks.map(presentAutomation), next: more ? page.at(-1)?.id : null }
  })

  app.get<ById>(`${url}/tasks/:id`, read, async ({ principal, params }) =>
    presentAutomation(await getWork(ctx, principal, params.id)),
  )

  app.delete<ById>(`${url}/tasks/:id`, write, async ({ principal, params }) =>
    presentAutomation(await cancelWork(ctx, principal, params.id)),
  )

  app.get(`${url}/me`, read, async ({ principal: { tenantId, id } }) => {
    const [calls, queue] = await ctx.store.read(tenantId, tx =>
      Promise.all([
        readCalls(tx, { tenantId, principal: id }),
        readQueue(tx, { tenantId, principal: id, agent: workerAgentName }),
      ]),
    )
    return {
      id,
      name: id.slice(id.indexOf(':') + 1),
      tenant_id: tenantId,
      tasks_per_minute: limits.callsPerWindow,
      tasks_left: calls.left,
      tasks_waiting: queue.queued,
      tasks_running: queue.running,
      workers_online: queue.workersOnline,
    }
  })
}
