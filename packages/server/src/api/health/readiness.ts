import type { Context } from '../../context.ts'
import { pingDatabase } from '../../store/ping.ts'

export interface Readiness {
  ready: boolean
  stopping: boolean
  database: { status: 'up'; latencyMs: number; version: string; kind: string } | { status: 'down'; kind: string }
}

/** Asks the database, and whether this server is still taking requests. */
export async function checkReadiness(ctx: Context): Promise<Readiness> {
  const stopping = ctx.stopping.aborted
  const { kind } = ctx.config.database
  const start = performance.now()
  try {
    const version = await ctx.store.system(pingDatabase)
    const latencyMs = Math.round((performance.now() - start) * 10) / 10
    return { ready: !stopping, stopping, database: { status: 'up', latencyMs, version, kind } }
  } catch (error) {
    ctx.log.warn({ err: error }, 'database does not answer')
    return { ready: false, stopping, database: { status: 'down', kind } }
  }
}
