import type { FastifyInstance } from 'fastify'
import type { Context } from '../../context.ts'
import { prefixes } from '../../present/prefixes.ts'
import { type PlatformFigures, readPlatform } from '../../store/platform-figures.ts'

/** Whether there is anybody to do the caller's work in codebases. */
export const statusRoutes = (ctx: Context) => async (app: FastifyInstance) => {
  for (const prefix of prefixes)
    app.get(`${prefix}/status`, { config: { permission: 'codebases:read' } }, async ({ principal }) => {
      const { tenantId, id } = principal
      const figures = await ctx.store.read(tenantId, tx => readPlatform(tx, tenantId, id))
      const available = figures.workersOnline > 0
      return {
        available,
        message: messageOf(figures),
        registered_codebases: figures.codebases,
        registered_workspaces: figures.codebases,
        ready_codebases: figures.ready,
        workers: figures.workers,
        workers_online: figures.workersOnline,
        // Agents run where workers are: the server has no program of theirs, and starts none.
        agent_binary: null,
        auto_start: false,
        runtime: { available: false, storage_path: null, projects: 0, sessions: 0 },
      }
    })
}

function messageOf({ workers, workersOnline, codebases, ready }: PlatformFigures): string {
  if (workers === 0) return 'No worker that serves you is registered: start one with `codetether worker`.'
  if (workersOnline === 0) return `None of the ${workers} workers was heard of in the last minutes.`
  return `${workersOnline} of ${workers} workers are there, with ${ready} of ${codebases} codebases.`
}
