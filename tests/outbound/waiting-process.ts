import { once } from 'node:events'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { configOf } from '../platform.ts'
import { waitingAgent } from './waiting-agent.ts'

// A server that a test kills: on the database, with the settings, asking the peer and the text of its arguments. It says
// its address, and ends when the test is gone.
const [database = '', env = '', peerUrl = '', text = ''] = process.argv.slice(2)
const config = configOf(JSON.parse(database), JSON.parse(env))
const log = createLogger({ ...config.log, authHeader: config.auth.header })
await using server = await startServer(config, log, { agents: [waitingAgent(peerUrl, text)] })
process.send?.(server.url)
await once(process, 'disconnect')
