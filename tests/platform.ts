import type { Agent } from '@codetether/agents/define-agent'
import type { Config } from '@codetether/server/config/config'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { type RunningServer, startServer } from '@codetether/server/main'
import type { Overrides } from '@codetether/server/open-context'
import { type TestDatabase, testDatabase } from '@codetether/testing/test-database'

export interface PlatformOptions {
  /** Instead of the built-in agents. */
  agents?: readonly Agent[]
  /** Where the names of webhooks lead. */
  resolve?: Overrides['resolve']
  /** Settings by their environment names. */
  env?: Record<string, string>
  /** A database to share between two servers. Whoever made it drops it. */
  database?: TestDatabase
}

/** The whole system in this process, on a database of its own. Disposing stops it and drops the database. */
export interface Platform extends AsyncDisposable {
  url: string
  server: RunningServer
  database: TestDatabase
  /** Calls a JSON-RPC method. @returns the body of the response. */
  rpc(method: string, params?: unknown, headers?: Record<string, string>): Promise<RpcBody>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose shape is what they are about
export type RpcBody = any

/** Where a server finds the database of a test. */
export const databaseUrl = ({ app }: Pick<TestDatabase, 'app'>): string => {
  const { host, port, database, user } = app
  return host.startsWith('/')
    ? `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgresql://${user}@${host}:${port}/${database}`
}

/** The configuration of a server on a test's database, on a random port. */
export const configOf = (database: TestDatabase, env: Record<string, string> = {}): Config =>
  loadConfig({
    A2A_PORT: '0',
    A2A_LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl(database),
    CODETETHER_SECRET_KEY: database.secret,
    // The cluster of the tests does not wait for the disk.
    CODETETHER_UNSAFE_DATABASE: 'true',
    // No directory: the servers of several tests must not describe themselves in one.
    CODETETHER_DATA_DIR: '/dev/null',
    ...env,
  }).config

/** Starts the system as `npm start` does, on a random port, with a database that `npm test` has prepared. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  await using stack = new AsyncDisposableStack()
  const database = options.database ?? stack.use(await testDatabase())
  const config = configOf(database, options.env)
  const log = createLogger({ ...config.log, authHeader: config.auth.header })
  const { agents, resolve } = options
  const server = stack.use(await startServer(config, log, { ...(agents && { agents }), ...(resolve && { resolve }) }))
  const owned = stack.move()
  return {
    url: server.url,
    server,
    database,
    rpc: (method, params, headers) => rpc(server.url, { method, params, headers }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface RpcCall {
  method: string
  params?: unknown
  headers?: Record<string, string> | undefined
}

/** One JSON-RPC call with the id 1. */
export async function rpc(url: string, { method, params, headers = {} }: RpcCall): Promise<RpcBody> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return response.json()
}

/** The parameters of a message in the standard shape, with an id of its own unless one is given. */
export const message = (text: string, more: object = {}) => ({
  message: {
    kind: 'message',
    role: 'user',
    messageId: crypto.randomUUID(),
    parts: [{ kind: 'text', text }],
    ...more,
  },
})
