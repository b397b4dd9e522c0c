import { CreateWork } from '@codetether/protocol/work/create-work'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../../context.ts'
import { newId } from '../../ids.ts'
import { createWork } from '../../operations/work/create-work.ts'
import { getCodebase } from '../../operations/work/get-codebase.ts'
import { getWork } from '../../operations/work/get-work.ts'
import { codebasePaths } from '../../present/prefixes.ts'
import { presentWork } from '../../present/work-task.ts'
import { readBody } from '../../read-input.ts'
import { readKey } from '../tasks/idempotency-key.ts'

interface ById {
  Params: { id: string }
}

/** Work in a codebase. `agent` is another name of `agent_type`. */
export const triggerRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const config = { permission: 'tasks:write' } as const
  const create = async (request: FastifyRequest<ById>, session: { newSession?: string } = {}) => {
    const { id: codebaseId } = await getCodebase(ctx, request.principal, request.params.id)
    const given = { ...readBody(request, CreateWork), codebaseId }
    const key = readKey(request.headers['idempotency-key'])
    const { taskId, isNew } = await createWork(ctx, request.principal, { request: given, key, ...session })
    return { work: await getWork(ctx, request.principal, taskId), isNew }
  }
  for (const url of codebasePaths) {
    app.post<ById>(`${url}/:id/tasks`, { config }, async (request, reply) => {
      const { work, isNew } = await create(request)
      const task = presentWork(work)
      return reply.code(isNew ? 201 : 200).send({ success: true, task_id: task.id, task, ...task })
    })

    app.post<ById>(`${url}/:id/trigger`, { config }, async request => {
      // What follows in the session names it, and has its turn behind this task.
      const task = presentWork((await create(request, { newSession: newId() })).work)
      const { routing, session_id, codebase_id, agent_type } = task
      const isWaiting = 'warning' in routing
      return {
        success: true,
        task_id: task.id,
        session_id,
        message: isWaiting ? 'the task waits for a worker' : 'the task is queued for a worker',
        task_status: isWaiting ? 'waiting_for_worker' : 'dispatched',
        codebase_id,
        agent: agent_type,
        routing,
        task,
      }
    })
  }
}
