import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { SendToCodebase } from '@codetether/protocol/work/send-to-codebase'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { getCodebase } from '../../operations/work/get-codebase.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { messageCodebase } from '../../operations/work/message-codebase.ts'
import { codebasePaths } from '../../present/prefixes.ts'
import { presentSaid } from '../../present/said-message.ts'
import { presentWork } from '../../present/work-task.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { listMessages } from '../../store/codebase-messages.ts'
import { readKey } from '../tasks/idempotency-key.ts'

/** `TASK.SEQ`, the place behind a message. */
const Place = z
  .string()
  .regex(/^[0-9a-f-]{36}\.\d{1,15}$/)
  .transform(text => ({ taskId: text.slice(0, 36), seq: Number(text.slice(37)) }))
  .refine(({ taskId }) => z.uuid().safeParse(taskId).success, { error: 'must be the `next` of a page' })

const ListQuery = z.strictObject({
  session_id: z.string().min(1).max(limits.idChars).optional(),
  before: Place.optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

const SaysKind = z.looseObject({ agent: z.unknown().optional(), agent_type: z.unknown().optional() })

interface ById {
  Params: { id: string }
}

/** What callers and agents say to each other in a codebase. */
export const conversationRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const url of codebasePaths) {
    app.post<ById>(`${url}/:id/message`, { config: { permission: 'tasks:write' } }, async request => {
      const { agent, agent_type } = readBody(request, SaysKind)
      const taskId = await messageCodebase(ctx, request.principal, {
        codebaseId: request.params.id,
        request: readBody(request, SendToCodebase),
        saysKind: Boolean(agent ?? agent_type),
        key: readKey(request.headers['idempotency-key']),
      })
      const task = presentWork(await getWork(ctx, request.principal, taskId))
      const { session_id, codebase_id, routing } = task
      return { success: true, task_id: taskId, session_id, codebase_id, task_status: task.status, routing, task }
    })

    app.get<ById>(`${url}/:id/messages`, { config: { permission: 'tasks:read' } }, async request => {
      const { session_id: sessionId = null, before = null, limit } = readQuery(request, ListQuery)
      const { id: codebaseId } = await getCodebase(ctx, request.principal, request.params.id)
      const { tenantId, id: principal } = request.principal
      const filter = { tenantId, principal, codebaseId, sessionId, before, limit }
      const { page, next } = await ctx.store.read(tenantId, tx => listMessages(tx, filter))
      return { messages: page.map(presentSaid), next: next && `${next.taskId}.${next.seq}` }
    })
  }
}
