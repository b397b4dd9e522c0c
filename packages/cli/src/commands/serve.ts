import { PlatformError } from '@codetether/protocol/errors'
import type { Config } from '@codetether/server/config/config'
import { type LoadedConfig, loadConfig } from '@codetether/server/config/load-config'
import { createLogger, type Logger } from '@codetether/server/logger'
import { type RunningServer, startServer } from '@codetether/server/main'
import { explainDatabaseError } from '../database-failure.ts'
import { exitCodes } from '../exit-codes.ts'
import { HintedError } from '../failure.ts'
import { isPortFree } from '../first-free-port.ts'
import type { Io } from '../io.ts'
import type { LocalWorkerOptions } from '../local-worker.ts'
import { callersUrl } from '../sample-calls.ts'
import { type ServeOptions, settingFlags } from '../serve-options.ts'
import { explainStartError } from '../start-failure.ts'

/** The settings of this start, with a `.env` file in the current directory taken into account. */
export const loadSettings = (options: ServeOptions, io: Io): LoadedConfig =>
  loadConfig(undefined, settingFlags(options), { isTerminal: io.stdout.isTTY === true, envFile: '.env' })

/** Asked before anything is made: a new database cluster takes seconds, in vain if the port is taken. */
const assertPortFree = async ({ http: { host, port } }: Config): Promise<void> => {
  if (port !== 0 && !(await isPortFree(host, port)))
    throw new PlatformError('CONFLICT', `port ${port} is in use`, { metadata: { port } })
}

const start = async (config: Config, log: Logger): Promise<RunningServer> => {
  try {
    await assertPortFree(config)
    return await startServer(config, log)
  } catch (error) {
    throw explainStartError(error, config)
  }
}

const notPrivileged = (login: string) =>
  new HintedError(
    new PlatformError('FORBIDDEN', `the login ${login} may not make the roles and privileges that are missing`),
    'codetether migrate prints the SQL that a superuser has to run',
  )

const migrateFirst = async (config: Config, log: Logger): Promise<void> => {
  const { applyMigrations, checkServer } = await import('../apply-migrations.ts')
  const { openAdmin } = await import('../open-admin.ts')
  const say = (message: string) => log.info(message)
  try {
    await using admin = await openAdmin(config, say)
    await checkServer(admin, config, { strict: false, note: warning => log.warn(warning) })
    const applied = await applyMigrations(admin, config, { create: false, log: say })
    if ('missing' in applied) throw notPrivileged(admin.address.user)
  } catch (error) {
    throw explainDatabaseError(error)
  }
}

const worker = async (options: ServeOptions, io: Io, beside: LocalWorkerOptions): Promise<AsyncDisposable> => {
  const { startLocalWorker } = await import('../local-worker.ts')
  return await startLocalWorker(options, io, beside)
}

/** Runs the server until it is asked to stop. `ready` is called once it answers. */
export const runServer = async (
  { config, notices }: LoadedConfig,
  options: ServeOptions,
  io: Io,
  ready: (server: RunningServer) => void,
): Promise<number> => {
  const log = createLogger({ ...config.log, authHeader: config.auth.header })
  for (const notice of notices) log.warn(notice)
  if (options.migrate === true && config.database.kind === 'external') await migrateFirst(config, log)
  await using server = await start(config, log)
  await using _worker = options.worker ? await worker(options, io, { config, log, url: server.url }) : null
  ready(server)
  const asked = Promise.withResolvers<void>()
  io.signal.addEventListener('abort', () => asked.resolve(), { once: true })
  if (io.signal.aborted) asked.resolve()
  await Promise.race([asked.promise, server.stopped])
  return exitCodes.ok
}

/** `codetether serve`: the server with the settings of flags, environment and `.env`. */
export const serve = async (options: ServeOptions, io: Io): Promise<number> => {
  const loaded = loadSettings(options, io)
  const token = loaded.config.auth.enabled ? ' --token "$TOKEN"' : ''
  return await runServer(loaded, options, io, ({ url }) => {
    if (io.stderr.isTTY !== true) return
    io.stderr.write(`try: npx codetether call ${callersUrl(url)} "Calculate 25 * 4"${token}\n`)
  })
}
