import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { AgentDefinition } from '@codetether/protocol/work/agent-definition'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { putAgent, removeAgent } from '../../operations/work/worker-agents.ts'
import { getWorker } from '../../operations/work/worker-of.ts'
import { prefixes } from '../../present/prefixes.ts'
import { presentAnswering, presentDefinition } from '../../present/worker-agent.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { listAgents } from '../../store/worker-agents.ts'

const ListQuery = z.strictObject({
  after: z.string().max(limits.idChars).default(''),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSize),
})

/** What stands in the path need not be said again. */
const Replacement = z.looseObject({ name: z.unknown().optional() })

interface ById {
  Params: { id: string }
}

interface ByAgent {
  Params: { id: string; agentId: string }
}

/** As which agents workers answer. */
export const workerAgentRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'workers:read' } } as const
  const change = { config: { permission: 'workers:register' } } as const
  for (const prefix of prefixes) {
    const url = `${prefix}/workers/:id/agents`

    app.get(`${prefix}/agents`, read, async request => {
      const { tenantId, id: principal } = request.principal
      const page = readQuery(request, ListQuery)
      const agents = await ctx.store.read(tenantId, tx => listAgents(tx, { tenantId, principal, ...page }))
      return { agents: agents.map(presentAnswering), next: agents.length === page.limit ? agents.at(-1)?.id : null }
    })

    app.get<ById>(url, read, async request => {
      const { definitions } = await getWorker(ctx, request.principal, request.params.id)
      return { worker_id: request.params.id, agents: definitions.map(presentDefinition) }
    })

    app.post<ById>(url, change, async (request, reply) => {
      const definition = readBody(request, AgentDefinition)
      await putAgent(ctx, request.principal, { workerId: request.params.id, definition, isNew: true })
      return reply.code(201).send({ success: true, agent: presentDefinition(definition) })
    })

    app.put<ByAgent>(`${url}/:agentId`, change, async request => {
      const { id: workerId, agentId } = request.params
      const definition = readBody(
        request,
        Replacement.transform(given => ({ ...given, name: given.name ?? agentId })).pipe(AgentDefinition),
      )
      if (definition.id !== agentId.toLowerCase())
        throw new PlatformError('INVALID_PARAMS', 'the name is not that of the path', {
          fieldViolations: [{ field: 'name', description: 'must be the agent’s of the path, or left out' }],
        })
      await putAgent(ctx, request.principal, { workerId, definition, isNew: false })
      return { success: true, agent: presentDefinition(definition) }
    })

    app.delete<ByAgent>(`${url}/:agentId`, change, async request => {
      const { id: workerId, agentId } = request.params
      await removeAgent(ctx, request.principal, { workerId, agentId: agentId.toLowerCase() })
      return { success: true }
    })
  }
}
