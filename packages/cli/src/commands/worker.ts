import { RemoteError } from '@codetether/client/errors'
import { errorCodes, PlatformError } from '@codetether/protocol/errors'
import { createLogger, type Logger } from '@codetether/server/logger'
import type { WorkerSettings } from '@codetether/worker/settings'
import { runWorker } from '@codetether/worker/worker'
import { exitCodes } from '../exit-codes.ts'
import { HintedError, UsageError } from '../failure.ts'
import type { Io } from '../io.ts'
import { againSignal } from '../signals.ts'
import { type WorkerOptions, workerSettings } from '../worker-options.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Lines for people on a terminal, and for programs elsewhere. */
const loggerOf = ({ logLevel, logFormat, json }: WorkerOptions, { stdout, environment }: Io): Logger => {
  const level = levels.find(name => name === (logLevel ?? 'info'))
  if (level === undefined) throw new UsageError(`${logLevel} is no level of a log`, `levels: ${levels.join(', ')}`)
  const isPretty = logFormat === 'pretty' || (logFormat === undefined && !json && stdout.isTTY === true)
  return createLogger({
    level,
    format: isPretty ? 'pretty' : 'json',
    ...(environment.authHeader !== undefined && { authHeader: environment.authHeader }),
  })
}

/** The server names what a worker for everybody may not be. */
const isBeyondGrant = ({ data }: RemoteError): boolean =>
  Array.isArray(data) &&
  data.some((detail: { metadata?: { notGranted?: unknown } } | null) => detail?.metadata?.notGranted)

/** What a worker says that could not begin. */
const explained = (error: unknown, { dataDir, url }: WorkerSettings): unknown => {
  if (error instanceof PlatformError && error.code === 'CONFLICT')
    return new HintedError(error, `give each worker a directory of its own with --data-dir; this one has ${dataDir}`)
  if (!(error instanceof RemoteError)) return error
  if (error.httpStatus === 401)
    return new HintedError(
      error,
      `${url} does not accept the token: give one of its A2A_AUTH_TOKENS in CODETETHER_TOKEN`,
    )
  // Who answers something else, or with HTTP, is somebody else.
  if (error.httpStatus === 404 || error.httpStatus === 405 || error.code === errorCodes.INVALID_AGENT_RESPONSE.rpc)
    return new HintedError(error, `at ${url} is no CodeTether server: --server or CODETETHER_SERVER says where it is`)
  if (isBeyondGrant(error))
    return new HintedError(error, 'leave that out, have it added to A2A_WORKER_GRANTS of the server, or say --private')
  if (error.httpStatus === 403)
    return new HintedError(error, 'take another id with --worker-id, or the token of its owner')
  return error
}

/** `codetether worker`: until it is asked to stop. A second signal ends what runs at once. */
export const worker = async (options: WorkerOptions, io: Io): Promise<number> => {
  const settings = await workerSettings(options, io)
  const log = loggerOf(options, io)
  using again = againSignal(io.signal)
  const { url, name, runtime, codebases, global, autoApprove } = settings
  log.info({ server: url, name, runtime: runtime.name, codebases: codebases.map(c => c.path), global }, 'worker starts')
  if (options.autoApprove !== undefined)
    log.info({ autoApprove }, `--auto-approve: the runtime ${runtime.name} has nothing to approve`)
  try {
    await runWorker(settings, { log, stop: io.signal, stopNow: again.signal })
  } catch (error) {
    throw explained(error, settings)
  }
  return exitCodes.ok
}
