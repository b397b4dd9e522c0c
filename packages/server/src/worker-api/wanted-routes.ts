import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { FoundCodebase, WantedCodebases } from '@codetether/protocol/work/wanted-codebases'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.ts'
import { wakeForCodebases } from '../operations/work/wake-for-codebases.ts'
import { workerOf } from '../operations/work/worker-of.ts'
import { readBody } from '../read-input.ts'
import { findWanted, takeWanted } from '../store/wanted-codebases.ts'

/** Codebases that nobody has: a worker looks for them below its roots, and says which it has found. */
export const wantedRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'worker:run' } as const

  app.post('/v1/worker/codebases/wanted', { config }, async request => {
    const { tenantId, workerId } = workerOf(request.principal)
    const { after = '' } = readBody(request, WantedCodebases)
    const codebases = await ctx.store.read(tenantId, tx => findWanted(tx, { tenantId, workerId, after }))
    return { codebases, next: codebases.length === limits.wantedAtOnce ? codebases.at(-1)?.path : null }
  })

  app.post('/v1/worker/codebases/found', { config }, async request => {
    const { tenantId, workerId } = workerOf(request.principal)
    const { codebase_id: id, path } = readBody(request, FoundCodebase)
    const isTaken = await ctx.store.transact(tenantId, tx => takeWanted(tx, { tenantId, workerId, id, path }))
    if (!isTaken) throw new PlatformError('CONFLICT', 'the codebase is not wanted of this worker')
    await wakeForCodebases(ctx, { tenantId, workerId }, [id])
    return { success: true, codebase_id: id }
  })
}
