import { IngestSession, SyncMessages, SyncSessions } from '@codetether/protocol/work/session'
import { SessionId } from '@codetether/protocol/work/session-fields'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { ingestSession, syncMessages, syncSessions } from '../../operations/work/tell-sessions.ts'
import { parseParams } from '../../parse-params.ts'
import { codebasePaths } from '../../present/prefixes.ts'
import { readBody } from '../../read-input.ts'

interface BySession {
  Params: { id: string; sid: string }
}

const config = { permission: 'sessions:write' } as const

const sessionOf = ({ id: codebaseId, sid }: BySession['Params']) => ({
  codebaseId,
  id: parseParams(SessionId, sid, () => 'session_id'),
})

/** What workers tell of the sessions on their machine. All of it may come again, and in any order. */
export const tellRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const codebases of codebasePaths) {
    const url = `${codebases}/:id/sessions`

    app.post<{ Params: { id: string } }>(`${url}/sync`, { config }, async request => {
      const given = { ...readBody(request, SyncSessions), codebaseId: request.params.id }
      return { success: true, sessions_count: await syncSessions(ctx, request.principal, given) }
    })

    app.post<BySession>(`${url}/:sid/messages/sync`, { config }, async request => {
      const given = { ...sessionOf(request.params), ...readBody(request, SyncMessages) }
      return { success: true, messages_count: await syncMessages(ctx, request.principal, given) }
    })

    app.post<BySession>(`${url}/:sid/ingest`, { config }, async request => {
      const { id, ...given } = { ...sessionOf(request.params), ...readBody(request, IngestSession) }
      const messages_ingested = await ingestSession(ctx, request.principal, { id, ...given })
      return { success: true, session_id: id, source: given.source, messages_ingested }
    })
  }
}
