import { builtInAgents } from '@codetether/agents/built-in'
import type { Agent } from '@codetether/agents/define-agent'
import { echoAgent } from '@codetether/agents/echo-agent'
import type { Config } from './config/config.ts'
import type { Context } from './context.ts'
import { createCursors } from './cursors.ts'
import { openDatabase } from './db/open-database.ts'
import { openPool } from './db/pool.ts'
import { deriveKey } from './db/secret.ts'
import { createTenantSigner } from './db/tenant-context.ts'
import { newId } from './ids.ts'
import type { Logger } from './logger.ts'
import { openInstance } from './open-instance.ts'
import { createChanges } from './store/changes.ts'
import { giveBackLeases } from './store/leases.ts'
import { createStore } from './store/store.ts'
import { createSubmissions } from './store/submissions.ts'

/** What a caller of `startServer` may replace. */
export interface Overrides {
  agents?: readonly Agent[]
}

/** The context with what only the process's own lifecycle uses. */
export interface OpenContext extends Context, AsyncDisposable {
  /** Resolves with the reason if the database ends by itself. */
  failed: Promise<Error>
  /** Tells the command line where this server is. */
  announce(server: { pid: number; url: string; version: string }): Promise<void>
}

/** Builds the context: the composition root. Disposing it stops what it holds, in the opposite order. */
export async function openContext(
  { config, log, stopping }: { config: Config; log: Logger; stopping: AbortSignal },
  { agents = builtInAgents }: Overrides = {},
): Promise<OpenContext> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openDatabase(config, log))
  const app = openPool(database.app, { size: config.database.poolSize, name: 'codetether', log })
  const system = openPool(database.system, { size: 4, name: 'codetether-system', log })
  stack.defer(async () => {
    await Promise.all([app.end(), system.end()])
  })
  const store = createStore({ app, system, isPooled: database.isPooled }, createTenantSigner(database.secret))
  const instanceId = newId()
  const fallback = agents.find(agent => agent.name === echoAgent.name) ?? echoAgent
  const hosted = agents.includes(fallback) ? agents : [...agents, fallback]
  const instance = stack.use(
    await openInstance({ config, log, store, database, instanceId, agents: hosted.map(agent => agent.name) }),
  )
  stack.defer(async () => {
    // Without a database they run out by themselves.
    await store
      .system(tx => giveBackLeases(tx, instanceId, null))
      .catch((error: unknown) => log.warn({ err: error }, 'leases could not be given back'))
  })
  const running = stack.use(instance.running)
  const owned = stack.move()
  return {
    config,
    log,
    store,
    submissions: createSubmissions(store),
    changes: createChanges(store),
    hints: instance.hints,
    work: instance.work,
    cursors: createCursors(deriveKey(database.secret, 'cursors')),
    agents: hosted,
    fallback,
    running,
    streams: new Map(),
    instanceId,
    stopping,
    failed: database.failed,
    announce: database.announce,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
