import { ErrandLease, OwnClone } from '@codetether/protocol/work/errand-calls'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { acceptArchives, readArchiveBody } from '../archive-body.ts'
import type { Context } from '../context.ts'
import { getArchive, readArchive, storeArchive } from '../operations/work/archives.ts'
import { getErrand, keepErrand, ownClone, revealGitToken } from '../operations/work/own-errand.ts'
import { workerOf } from '../operations/work/worker-of.ts'
import { parseParams } from '../parse-params.ts'
import { readBody } from '../read-input.ts'
import { sendArchive } from '../send-archive.ts'
import type { WorkHold } from '../store/work-leases.ts'

const holdOf = ({ task_id: taskId, attempt, lease_token: token }: z.output<typeof ErrandLease>): WorkHold => ({
  ...{ taskId, attempt, token },
})

/** The lease stands in headers where the body is an archive, or there is none. */
const holdIn = ({ headers }: FastifyRequest): WorkHold =>
  holdOf(
    parseParams(ErrandLease, {
      task_id: headers['x-task-id'],
      attempt: Number(headers['x-attempt']),
      lease_token: headers['x-lease-token'],
    }),
  )

/** What a worker needs for an errand that it holds: each call shows the lease. */
export const errandRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'worker:run' } as const
  const archives = '/v1/worker/errands/archive'
  acceptArchives(app)

  app.post('/v1/worker/errands/git-token', { config }, async request => ({
    git_token: await revealGitToken(ctx, workerOf(request.principal), holdOf(readBody(request, ErrandLease))),
  }))

  app.post('/v1/worker/errands/cloned', { config }, async request => {
    const { path, ...lease } = readBody(request, OwnClone)
    const { codebaseId } = await ownClone(ctx, workerOf(request.principal), { hold: holdOf(lease), path })
    return { success: true, codebase_id: codebaseId }
  })

  app.put(archives, { config, bodyLimit: ctx.config.codebases.archiveBytes }, async (request, reply) => {
    const worker = workerOf(request.principal)
    const hold = holdIn(request)
    const { codebaseId, principal } = await getErrand(ctx, worker, hold)
    const { bytes, sha256 } = await storeArchive(ctx, {
      ...{ tenantId: worker.tenantId, codebaseId, principal, body: readArchiveBody(request) },
      confirm: tx => keepErrand(tx, worker, hold),
    })
    reply.code(201)
    return { success: true, codebase_id: codebaseId, bytes, sha256 }
  })

  app.get(archives, { config, exposeHeadRoute: false }, async (request, reply) => {
    const worker = workerOf(request.principal)
    const { archiveId } = await getErrand(ctx, worker, holdIn(request))
    const archive = await getArchive(ctx, worker.tenantId, archiveId)
    return sendArchive(request, reply, { ...archive, content: readArchive(ctx, worker.tenantId, archive) })
  })
}
