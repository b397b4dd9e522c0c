import { limits } from '@codetether/protocol/limits'
import { queryInteger } from '@codetether/protocol/query-integer'
import { ResumeSession } from '@codetether/protocol/work/session'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { resumeSession } from '../../operations/work/resume-session.ts'
import { getSession, pageOfMessages, pageOfSessions } from '../../operations/work/sessions.ts'
import { codebasePaths, prefixes } from '../../present/prefixes.ts'
import { presentSession, presentSessionMessage } from '../../present/session.ts'
import { presentWork } from '../../present/work-task.ts'
import { readBody, readQuery } from '../../read-input.ts'
import { readKey } from '../tasks/idempotency-key.ts'
import { tellRoutes } from './tell-routes.ts'

const PageQuery = z.strictObject({
  before: z
    .string()
    .min(1)
    .max(limits.pageTokenChars * 2)
    .optional(),
  limit: queryInteger(1, limits.pageSize).default(limits.pageSizeDefault),
})

const ListQuery = PageQuery.extend({ offset: queryInteger(0, limits.offset).default(0) })

interface ById {
  Params: { id: string }
}

interface BySession {
  Params: { id: string; sid: string }
}

const read = { config: { permission: 'sessions:read' } } as const

/** Sessions of coding agents: past ones are looked at, and gone on with. */
export const sessionsRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const page = async (request: Parameters<typeof readQuery>[0], codebaseId?: string) => {
    const query = readQuery(request, ListQuery)
    const of = codebaseId === undefined ? {} : { codebaseId }
    const { sessions, next } = await pageOfSessions(ctx, request.principal, { ...query, ...of })
    const { limit, offset } = query
    return { sessions: sessions.map(presentSession), limit, offset, hasMore: next !== null, next }
  }
  for (const prefix of prefixes) app.get(`${prefix}/database/sessions`, read, request => page(request))

  for (const codebases of codebasePaths) {
    const url = `${codebases}/:id/sessions`

    app.get<ById>(url, read, request => page(request, request.params.id))

    app.get<BySession>(`${url}/:sid`, read, async ({ principal, params: { id: codebaseId, sid: id } }) => {
      const session = presentSession(await getSession(ctx, principal, { codebaseId, id }))
      return { ...session, session }
    })

    app.get<BySession>(`${url}/:sid/messages`, read, async request => {
      const { id: codebaseId, sid: id } = request.params
      const query = readQuery(request, PageQuery)
      const { session, messages, next } = await pageOfMessages(ctx, request.principal, { ...query, codebaseId, id })
      const shown = messages.map(message => presentSessionMessage(message, session.id))
      return { session_id: session.id, messages: shown, next }
    })
  }
  await app.register(resumeRoutes(ctx))
  await app.register(tellRoutes(ctx))
}

const resumeRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const codebases of codebasePaths)
    app.post<BySession>(
      `${codebases}/:id/sessions/:sid/resume`,
      { config: { permission: 'tasks:write' } },
      async (request, reply) => {
        const { id: codebaseId, sid: id } = request.params
        const given = readBody(request, ResumeSession)
        const key = readKey(request.headers['idempotency-key'])
        const resumed = await resumeSession(ctx, request.principal, { codebaseId, id, request: given, key })
        const task = presentWork(resumed.task)
        const { id: session } = resumed.session
        return reply.code(resumed.isNew ? 201 : 200).send({
          success: true,
          message: 'warning' in task.routing ? 'the task waits for a worker' : 'the task is queued for a worker',
          task_id: task.id,
          session_id: session,
          // Another one as soon as the worker says so.
          active_session_id: task.session_id === id ? session : task.session_id,
          routing: task.routing,
          task,
        })
      },
    )
}
