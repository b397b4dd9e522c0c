import { builtInAgents } from '@codetether/agents/built-in'
import type { Agent } from '@codetether/agents/define-agent'
import { echoAgent } from '@codetether/agents/echo-agent'
import type { Config } from './config/config.ts'
import type { Context } from './context.ts'
import { createCursors } from './cursors.ts'
import type { Database } from './db/database.ts'
import { openDatabase } from './db/open-database.ts'
import { openPool } from './db/pool.ts'
import { deriveKey } from './db/secret.ts'
import { createTenantSigner } from './db/tenant-context.ts'
import { newId } from './ids.ts'
import type { Logger } from './logger.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { observeAgent } from './metrics/observe-agent.ts'
import { watchProcess } from './metrics/process-families.ts'
import { serverFamilies } from './metrics/server-families.ts'
import { type TaskFigures, taskFamilies } from './metrics/task-families.ts'
import { openInstance } from './open-instance.ts'
import { createOutbound } from './outbound/outbound.ts'
import { type Resolve, resolveName } from './outbound/resolve-target.ts'
import { openPeers } from './peers/peers.ts'
import { createSealer } from './sealer.ts'
import { openCardSigner } from './signing/card-signer.ts'
import { createChanges } from './store/changes.ts'
import { createLaneIds } from './store/lane-ids.ts'
import { observeStore, observeWait } from './store/observe-store.ts'
import { observeSubmissions } from './store/observe-submissions.ts'
import { createStore, type Store } from './store/store.ts'
import { readTaskFigures } from './store/task-figures.ts'
import { openTracer } from './trace/open-tracer.ts'
import type { Tracer } from './trace/tracer.ts'
import { version } from './version.ts'
import { Wake } from './wake.ts'

/** What a caller of `startServer` may replace. */
export interface Overrides {
  agents?: readonly Agent[]
  /** Where the names of webhooks lead, in place of the machine's resolver. */
  resolve?: Resolve
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
  { agents = builtInAgents, resolve }: Overrides = {},
): Promise<OpenContext> {
  const signer = await openCardSigner(config.agent.cardKeys)
  await using stack = new AsyncDisposableStack()
  const tracer = stack.use(await openTracer(config, log))
  const metrics = createMetrics()
  const observer = { metrics, tracer }
  const database = stack.use(await openDatabase(config, log))
  const independent = await independentParts(config, database.secret, { tracer, ...(resolve && { resolve }) })
  const { pools, store } = openStore(stack, { config, log, database, observer })
  const instanceId = newId()
  const { hosted, fallback } = host(agents, observer)
  warnOfUnknownSkills(config, hosted, log)
  const instance = stack.use(
    await openInstance({ config, log, metrics, store, database, instanceId, agents: hosted.map(agent => agent.name) }),
  )
  const running = stack.use(instance.running)
  const streams = new Map<string, number>()
  const watched = stack.use(watchProcess())
  metrics.registry.addAll(
    serverFamilies({ pools, streams, running, carrier: instance.carrier, version }),
    taskFamilies({ agents: hosted.map(agent => agent.name), read: () => readFigures(store, log) }),
    watched.families,
  )
  const owned = stack.move()
  return {
    config,
    log,
    store,
    metrics,
    tracer,
    ...writersOf(store, observer),
    hints: instance.hints,
    activity: instance.activity,
    carrier: instance.carrier,
    work: instance.work,
    workers: instance.workers,
    ...independent,
    signer,
    agents: hosted,
    fallback,
    running,
    streams,
    listening: { httpPort: null, grpcPort: null },
    instanceId,
    stopping,
    failed: database.failed,
    announce: database.announce,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface StoreOptions {
  config: Config
  log: Logger
  database: Database
  observer: { metrics: Metrics; tracer: Tracer }
}

/** The pools of the two roles that serve, and the store over them. */
function openStore(stack: AsyncDisposableStack, { config, log, database, observer }: StoreOptions) {
  const app = openPool(database.app, { size: config.database.poolSize, name: 'codetether', log })
  const system = openPool(database.system, { size: 4, name: 'codetether-system', log })
  stack.defer(async () => {
    await Promise.all([app.end(), system.end()])
  })
  const { metrics } = observer
  const watched = { app: observeWait(app, 'app', metrics), system: observeWait(system, 'system', metrics) }
  const store = createStore({ ...watched, isPooled: database.isPooled }, createTenantSigner(database.secret))
  return { pools: { app, system }, store: observeStore(store, observer) }
}

/** The agents as this process runs them: watched, and with one among them that answers what nobody else accepts. */
function host(agents: readonly Agent[], observer: Parameters<typeof observeAgent>[1]) {
  const given = agents.some(agent => agent.name === echoAgent.name) ? agents : [...agents, echoAgent]
  const hosted = given.map(agent => observeAgent(agent, observer))
  return { hosted, fallback: hosted.find(agent => agent.name === echoAgent.name) ?? echoAgent }
}

/** What stands between the operations and the store. */
const writersOf = (store: Store, observer: Parameters<typeof observeSubmissions>[1]) => ({
  submissions: observeSubmissions(store, observer),
  changes: createChanges(store),
  lanes: createLaneIds(store),
})

interface Independent {
  tracer: Tracer
  resolve?: Resolve
}

/** What needs nothing of the other parts, some of it a key of its own. */
async function independentParts(config: Config, secret: string, { tracer, resolve = resolveName }: Independent) {
  const outbound = createOutbound({ ...config.outbound, resolve })
  return {
    cursors: createCursors(deriveKey(secret, 'cursors')),
    sealer: createSealer(deriveKey(secret, 'push configs')),
    outbound,
    peers: await openPeers(config.peers, { outbound, tracer }),
    pushes: new Wake(),
  }
}

function warnOfUnknownSkills({ agent: { publicSkills = [] } }: Config, agents: readonly Agent[], log: Logger): void {
  const known = new Set(agents.flatMap(({ skills }) => skills.map(({ id }) => id)))
  const unknown = publicSkills.filter(id => !known.has(id))
  if (unknown.length > 0) log.warn({ skills: unknown }, 'A2A_PUBLIC_SKILLS names skills that no agent has')
}

const readFigures = (store: Store, log: Logger): Promise<TaskFigures> =>
  store.system(readTaskFigures).catch((error: unknown) => {
    log.warn({ err: error }, 'tasks could not be counted for the metrics')
    throw error
  })
