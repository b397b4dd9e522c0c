import { CreateWork } from '@codetether/protocol/work/create-work'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { createWork } from '../../operations/work/create-work.ts'
import { dispatchWork } from '../../operations/work/dispatch.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { runId } from '../../present/run.ts'
import { presentWork } from '../../present/work-task.ts'
import { readBody } from '../../read-input.ts'
import type { WorkRow } from '../../store/read-work.ts'
import { readKey } from '../tasks/idempotency-key.ts'

/** A task that waits already, or a new one. */
const Dispatch = z.union([
  z.looseObject({ task_id: z.uuid().toLowerCase() }).transform(({ task_id }) => ({ waiting: task_id })),
  CreateWork.transform(request => ({ request })),
])

function present(work: WorkRow) {
  const { id, status, worker_id, attempt, routing, created_at, started_at, completed_at, result, error } =
    presentWork(work)
  return {
    task_id: id,
    status,
    run_id: attempt > 0 ? runId({ taskId: id, attempt }) : null,
    worker_id,
    attempt,
    routing,
    result,
    error,
    created_at,
    started_at,
    completed_at,
  }
}

/** Tasks that are to be taken at once, whether or not their codebase is watched. */
export const dispatchRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  app.post('/v1/tasks/dispatch', { config: { permission: 'tasks:write' } }, async (request, reply) => {
    const { principal } = request
    const key = readKey(request.headers['idempotency-key'])
    const given = readBody(request, Dispatch)
    if ('waiting' in given) return { success: true, ...present(await dispatchWork(ctx, principal, given.waiting)) }
    const { taskId, isNew } = await createWork(ctx, principal, { request: given.request, key, held: false })
    return reply.code(isNew ? 201 : 200).send({ success: true, ...present(await getWork(ctx, principal, taskId)) })
  })

  app.get<{ Params: { id: string } }>(
    '/v1/tasks/dispatch/:id',
    { config: { permission: 'tasks:read' } },
    async ({ principal, params }) => present(await getWork(ctx, principal, params.id)),
  )
}
