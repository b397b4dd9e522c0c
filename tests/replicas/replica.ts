import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { rigAgents } from './agents.ts'

// One server of several on a database, configured by its environment, with those agents of `agents.ts` that its
// arguments name. It ends when asked to by SIGTERM, and when the test that has started it is gone.

const asked = Promise.withResolvers<void>()
process.once('SIGTERM', () => asked.resolve())
process.once('disconnect', () => asked.resolve())

const hosted = process.argv.slice(2)
const { config } = loadConfig()
const log = createLogger({ ...config.log, authHeader: config.auth.header })
const agents = rigAgents.filter(agent => hosted.includes(agent.name))
await using server = await startServer(config, log, { agents })
process.send?.({ kind: 'ready', url: server.url, grpcPort: server.grpcPort })
await Promise.race([asked.promise, server.stopped])
if (process.connected) process.disconnect()
