import { limits } from '@codetether/protocol/limits'
import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { recoverWork } from '../../operations/work/recover.ts'
import { prefixes } from '../../present/prefixes.ts'
import { presentWork } from '../../present/work-task.ts'
import type { Principal } from '../../principal.ts'
import { findStuck } from '../../store/read-work.ts'

/** Tasks that do not go on, and why. Those whose worker was lost are put back every second anyway. */
export const stuckRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  const stuckOf = ({ tenantId, id: principal }: Principal) =>
    ctx.store.read(tenantId, tx => findStuck(tx, { tenantId, principal, limit: limits.pageSize }))
  for (const prefix of prefixes) {
    const url = `${prefix}/tasks/stuck`

    app.get(url, { config: { permission: 'tasks:read' } }, async ({ principal }) => {
      const tasks = (await stuckOf(principal)).map(({ reason, ...task }) => ({ ...presentWork(task), reason }))
      return { tasks, count: tasks.length }
    })

    app.post(`${url}/recover`, { config: { permission: 'tasks:write' } }, async ({ principal }) => {
      const before = (await stuckOf(principal)).filter(task => task.reason === 'worker lost')
      await recoverWork(ctx)
      return { success: true, recovered: before.length }
    })
  }
}
