import { limits } from '@codetether/protocol/limits'
import { ClaimOne, ClaimTasks } from '@codetether/protocol/work/claim'
import { OwnCodebases } from '@codetether/protocol/work/register-worker'
import { Renewal, Reports } from '@codetether/protocol/work/report'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../context.ts'
import { goneSignal } from '../gone-signal.ts'
import { claimNow, claimSoon } from '../operations/work/claim.ts'
import { ownCodebases } from '../operations/work/register.ts'
import { renewLeases } from '../operations/work/renew.ts'
import { takeReports } from '../operations/work/report.ts'
import { workerOf } from '../operations/work/worker-of.ts'
import { presentClaimed } from '../present/claimed-task.ts'
import { readBody } from '../read-input.ts'
import type { WorkHold } from '../store/work-leases.ts'
import { takeStreamSlot } from '../stream-slot.ts'
import { claimOne } from './claim-one.ts'
import { errandRoutes } from './errand-routes.ts'
import { olderRoutes } from './older-routes.ts'
import { streamWork } from './stream.ts'
import { wantedRoutes } from './wanted-routes.ts'

/** A worker may know two leases of one task: the answer names leases. */
const presentHold = ({ taskId, attempt, token }: WorkHold) => ({ task_id: taskId, attempt, lease_token: token })

const config = { permission: 'worker:run' } as const

/** What workers call, each with its own token. Every write shows the lease that it belongs to. */
export const workerRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  await app.register(errandRoutes(ctx))
  await app.register(wantedRoutes(ctx))
  await app.register(olderRoutes(ctx))

  app.get('/v1/worker/tasks/stream', { config, exposeHeadRoute: false }, async (request, reply) => {
    await streamWork(ctx, request, reply)
    return reply
  })

  app.post('/v1/worker/tasks/claim', { config }, async (request, reply) => {
    const worker = workerOf(request.principal)
    const { task_id: taskId, limit: room, wait_seconds } = readBody(request, ClaimTasks)
    if (taskId !== undefined) return claimOne(ctx, worker, taskId)
    using resources = new DisposableStack()
    if (wait_seconds > 0) takeStreamSlot({ ctx, principal: { id: worker.key }, resources, most: limits.waitsPerWorker })
    const signal = AbortSignal.any([goneSignal(reply), ctx.stopping])
    const claimed =
      wait_seconds > 0
        ? await claimSoon(ctx, { worker, room, waitMs: wait_seconds * 1000, signal })
        : await claimNow(ctx, worker, { room })
    return { tasks: claimed.map(task => presentClaimed(task, ctx.config.work.leaseMs)) }
  })

  app.post('/v1/worker/tasks/claim/extended', { config }, async request => {
    const { task_id } = readBody(request, ClaimOne)
    const { tasks, ...claim } = await claimOne(ctx, workerOf(request.principal), task_id)
    return { ...tasks[0], ...claim }
  })

  app.put('/v1/worker/codebases', { config }, async request => {
    const owned = await ownCodebases(ctx, workerOf(request.principal), readBody(request, OwnCodebases))
    const codebases = owned.map(({ codebaseId, path }) => ({ id: codebaseId, codebase_id: codebaseId, path }))
    return { success: true, codebases, workspaces: codebases }
  })

  app.post('/v1/worker/tasks/report', { config }, async request => {
    const { reports } = readBody(request, Reports)
    return { results: await takeReports(ctx, workerOf(request.principal), reports) }
  })

  app.post('/v1/worker/tasks/renew', { config }, async request => {
    const { leases } = readBody(request, Renewal)
    const holds = leases.map(({ task_id, attempt, lease_token }) => ({ taskId: task_id, attempt, token: lease_token }))
    const { held, lost } = await renewLeases(ctx, workerOf(request.principal), holds)
    return {
      held: held.map(presentHold),
      lost: lost.map(presentHold),
      lease_seconds: ctx.config.work.leaseMs / 1000,
    }
  })
}
