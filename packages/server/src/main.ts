import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import type { FastifyInstance } from 'fastify'
import { startSweeper } from './background/sweeper.ts'
import type { Config } from './config/config.ts'
import type { Context } from './context.ts'
import { createApp } from './http/app.ts'
import type { Logger } from './logger.ts'
import { type OpenContext, type Overrides, openContext } from './open-context.ts'
import { version } from './version.ts'

/** A server that answers. Disposing it stops it: within 10 s, losing no task. */
export interface RunningServer extends AsyncDisposable {
  /** `http://host:port`, without a trailing slash. */
  url: string
  /** The port of A2A over gRPC; null if there is none. */
  grpcPort: number | null
  /** Settles when the server has stopped; rejects if it had to, because its database went away. */
  stopped: Promise<void>
}

/**
 * Starts the whole server: database, HTTP, background work. Resolves when it answers.
 * Throws PlatformError, also for a port that is in use (CONFLICT, with `metadata.port`).
 */
export async function startServer(config: Config, log: Logger, overrides: Overrides = {}): Promise<RunningServer> {
  const stopping = new AbortController()
  await using stack = new AsyncDisposableStack()
  const ctx = stack.use(await openContext({ config, log, stopping: stopping.signal }, overrides))
  stack.use(startSweeper(ctx))
  const app = await createApp(ctx)
  stack.defer(() => closeApp(app, log))
  const { url, port } = await listen(app, config)
  ctx.listening.httpPort = port
  const grpcPort = await startGrpcIn(stack, ctx, port)
  await ctx.announce({ pid: process.pid, url, version })
  log.info({ url, ...(grpcPort !== null && { grpcPort }), database: config.database.kind, version }, 'server is ready')
  const owned = stack.move()
  return lifecycle({ url, grpcPort, stopping, dispose: () => owned.disposeAsync(), failed: ctx.failed, log })
}

/** Loads gRPC only where it is configured. */
async function startGrpcIn(stack: AsyncDisposableStack, ctx: Context, httpPort: number): Promise<number | null> {
  const { grpc } = ctx.config
  if (!grpc) return null
  const { startGrpc } = await import('./a2a/grpc/start-grpc.ts')
  const { port } = stack.use(await startGrpc(ctx, grpc, httpPort))
  ctx.listening.grpcPort = port
  return port
}

async function listen(app: FastifyInstance, { http: { host, port } }: Config): Promise<{ url: string; port: number }> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause
    throw new PlatformError('CONFLICT', `port ${port} is in use`, { cause, metadata: { port } })
  }
  const address = app.server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, port: bound }
}

/** Waits for the requests in flight, but not for ever: what is cut then is durable and goes on at the next start. */
async function closeApp(app: FastifyInstance, log: Logger): Promise<void> {
  const timer = setTimeout(() => {
    log.warn('requests are still open, cutting them')
    app.server.closeAllConnections()
  }, limits.gracefulStopMs / 2)
  await app.close()
  clearTimeout(timer)
}

interface Life extends Pick<RunningServer, 'url' | 'grpcPort'> {
  stopping: AbortController
  dispose: () => Promise<void>
  failed: OpenContext['failed']
  log: Logger
}

function lifecycle({ url, grpcPort, stopping, dispose, failed, log }: Life): RunningServer {
  const { promise: stopped, resolve, reject } = Promise.withResolvers<void>()
  // Whoever does not ask must not be ended by it.
  stopped.catch(() => undefined)
  let stop: Promise<void> | null = null
  const stopOnce = () => {
    stop ??= (async () => {
      log.info('server is stopping')
      stopping.abort()
      await dispose()
      log.info('server has stopped')
    })()
    return stop
  }
  failed.then(async error => {
    log.fatal({ err: error }, 'the database has ended')
    await stopOnce().catch((failure: unknown) => log.error({ err: failure }, 'stopping failed'))
    reject(error)
  }, reject)
  return {
    url,
    grpcPort,
    stopped,
    async [Symbol.asyncDispose]() {
      await stopOnce().catch((error: unknown) => {
        reject(error)
        throw error
      })
      resolve()
    },
  }
}
