import { join } from 'node:path'
import type { Config } from '@codetether/server/config/config'
import type { Logger } from '@codetether/server/logger'
import type { WorkerSettings } from '@codetether/worker/settings'
import { UsageError } from './failure.ts'
import type { Io } from './io.ts'
import { callersUrl } from './sample-calls.ts'
import type { ServeOptions } from './serve-options.ts'
import { commandOf, workerSettings } from './worker-options.ts'

/** The server stops soon after: what runs has less time than in a worker of its own. */
const drainSeconds = 5

export interface LocalWorkerOptions {
  config: Config
  /** Where the server answers. */
  url: string
  log: Logger
}

/**
 * Runs a worker in the server's process, with its directories: `--worker`. It is a worker like any other, over HTTP. Disposing stops
 * and forgets it. Without a command only `dev` has one, which answers with the prompt.
 */
export async function startLocalWorker(
  options: ServeOptions,
  io: Io,
  { config, url, log }: LocalWorkerOptions,
): Promise<AsyncDisposable> {
  const settings = await localSettings(options, io, { config, url })
  const { runWorker } = await import('@codetether/worker/worker')
  const stop = new AbortController()
  const running = runWorker(settings, { log: log.child({ worker: settings.name }), stop: stop.signal }).catch(
    (error: unknown) => log.error({ err: error }, 'the worker beside the server has ended'),
  )
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

async function localSettings(
  { worker, workerCommand, isDev = false }: ServeOptions,
  io: Io,
  { config, url }: Omit<LocalWorkerOptions, 'log'>,
): Promise<WorkerSettings> {
  const command = commandOf({ ...(workerCommand !== undefined && { command: workerCommand }) }, io)
  if (command === undefined && !isDev)
    throw new UsageError('--worker does not say what to do with a task', 'add --worker-command "…"')
  const { auth, dataDir } = config
  // The operator's worker serves everybody, if anybody's does.
  const [granted] = auth.workerGrants.keys()
  const tokens = [io.environment.token, auth.tokens.get(granted ?? ''), ...auth.tokens.values()]
  const [token] = auth.enabled ? tokens.filter(t => t !== undefined) : []
  const settings = await workerSettings(
    {
      ...{ server: callersUrl(url), dataDir: join(dataDir, 'worker'), drainSeconds, unregisterOnExit: true },
      // Without a command there is only an echo, and messages without a codebase have agents that know better.
      global: isDev && command !== undefined,
      ...(typeof worker === 'string' && { codebases: worker }),
      ...(command === undefined ? { runtime: 'echo' } : { runtime: 'shell', command }),
    },
    io,
  )
  // Nothing of this leaves the machine.
  return { ...settings, connection: { token, authHeader: auth.header, allowHttp: true } }
}
