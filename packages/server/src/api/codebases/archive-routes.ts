import { SyncCodebase } from '@codetether/protocol/work/codebase'
import type { FastifyInstance } from 'fastify'
import { acceptArchives, readArchiveBody } from '../../archive-body.ts'
import type { Context } from '../../context.ts'
import { getArchive, readArchive, storeArchive } from '../../operations/work/archives.ts'
import { getOwnCodebase } from '../../operations/work/get-codebase.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { syncCodebase } from '../../operations/work/sync-codebase.ts'
import { codebasePaths } from '../../present/prefixes.ts'
import { presentWork } from '../../present/work-task.ts'
import { readBody } from '../../read-input.ts'
import { sendArchive } from '../../send-archive.ts'

interface ById {
  Params: { id: string }
}

/** The archive of a codebase: in, out, and from or to a worker. For whoever has registered the codebase. */
export const archiveRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const read = { config: { permission: 'codebases:read' }, exposeHeadRoute: false } as const
  const write = { config: { permission: 'codebases:write' } } as const
  const upload = { ...write, bodyLimit: ctx.config.codebases.archiveBytes }
  acceptArchives(app)
  for (const url of codebasePaths) {
    app.post<ById>(`${url}/:id/upload`, upload, async (request, reply) => {
      const { tenantId } = request.principal
      const { id: codebaseId, principal } = await getOwnCodebase(ctx, request.principal, request.params.id)
      const body = readArchiveBody(request)
      const { bytes, sha256 } = await storeArchive(ctx, { tenantId, codebaseId, principal, body })
      reply.code(201).header('etag', `"${sha256}"`)
      return { success: true, codebase_id: codebaseId, workspace_id: codebaseId, bytes, sha256 }
    })

    app.get<ById>(`${url}/:id/download`, read, async (request, reply) => {
      const { tenantId } = request.principal
      const codebase = await getOwnCodebase(ctx, request.principal, request.params.id)
      const archive = await getArchive(ctx, tenantId, codebase.archive?.id ?? null)
      return sendArchive(request, reply, { ...archive, content: readArchive(ctx, tenantId, archive) })
    })

    app.post<ById>(`${url}/:id/sync`, write, async (request, reply) => {
      const { action, worker_id: workerId = null } = readBody(request, SyncCodebase)
      const asked = { id: request.params.id, action, workerId }
      const { codebaseId, taskId } = await syncCodebase(ctx, request.principal, asked)
      const task = presentWork(await getWork(ctx, request.principal, taskId))
      reply.code(202)
      return { success: true, codebase_id: codebaseId, workspace_id: codebaseId, pending: true, task_id: taskId, task }
    })
  }
}
