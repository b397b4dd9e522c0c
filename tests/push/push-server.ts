import { builtInAgents } from '@codetether/agents/built-in'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'
import { z } from 'zod'
import { stepsAgent } from './steps-agent.ts'

// A server by the settings of the first argument, for tests that kill it. It ends when the test does.

const [settings = '{}'] = process.argv.slice(2)
const { config } = loadConfig(z.record(z.string(), z.string()).parse(JSON.parse(settings)))
const log = createLogger({ ...config.log, authHeader: config.auth.header })
await using server = await startServer(config, log, { agents: [...builtInAgents, stepsAgent] })
process.send?.(server.url)
const gone = Promise.withResolvers<void>()
process.once('disconnect', () => gone.resolve())
await Promise.race([gone.promise, server.stopped])
