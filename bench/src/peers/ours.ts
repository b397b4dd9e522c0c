import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import type { Doors } from '../transport.ts'
import { type PeerServer, type PeerSettings, servePeer } from './peer.ts'
import type { Orders } from './script.ts'
import { scriptAgent } from './script-agent.ts'

/** The server as `codetether serve` runs it, on a database that is prepared for it. */
async function start(
  { database, directory, secret, agent, tokens, allDoors }: PeerSettings,
  orders: Orders,
): Promise<PeerServer> {
  if (database === null) throw new Error('ours needs a database')
  const { config } = loadConfig({
    ...{ A2A_PORT: '0', CODETETHER_DATA_DIR: directory, CODETETHER_SECRET_KEY: secret, DATABASE_URL: database },
    // The streams that stay open belong to tasks that run.
    CODETETHER_MAX_RUNNING_TASKS: '5000',
    ...(allDoors && { A2A_GRPC_PORT: '0' }),
    ...(tokens !== '' && { A2A_AUTH_TOKENS: tokens }),
  })
  const overrides = agent === 'script' ? { agents: [scriptAgent(orders)] } : {}
  const server = await startServer(config, createLogger(config.log), overrides)
  const { url, grpcPort } = server
  return {
    url,
    doors: grpcPort === null ? null : doorsOf(url, grpcPort),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const doorsOf = (url: string, grpcPort: number): Doors => ({
  'JSON-RPC': url,
  'HTTP+JSON': `${url}/a2a/rest`,
  gRPC: `http://127.0.0.1:${grpcPort}`,
})

servePeer(start)
