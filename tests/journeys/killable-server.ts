import { once } from 'node:events'
import { builtInAgents } from '@codetether/agents/built-in'
import { defineAgent } from '@codetether/agents/define-agent'
import { loadConfig } from '@codetether/server/config/load-config'
import { createLogger } from '@codetether/server/logger'
import { startServer } from '@codetether/server/main'

// The whole server on the data directory of the first argument, with agents for tests that kill it. It ends when asked
// to by SIGTERM, and when the test that has started it is gone.

const chunksPerAttempt = 3

const gate = Promise.withResolvers<void>()
const asked = Promise.withResolvers<void>()
process.once('SIGTERM', () => asked.resolve())
process.once('disconnect', () => asked.resolve())
process.once('message', () => gate.resolve())

const skill = (id: string) => ({ id, name: id, description: id, tags: ['test'] })

/** Counts up from where the attempt before has stopped, and answers once the test opens the gate. */
const counter = defineAgent({
  name: 'Counter',
  description: 'Counts, waits for the test, answers.',
  skills: [skill('count')],
  async handle(_message, ctx) {
    const first = (ctx.attempt - 1) * chunksPerAttempt + 1
    for (let n = first; n < first + chunksPerAttempt; n++)
      await ctx.artifact({ artifactId: 'count', parts: [{ text: `${n} ` }] }, { append: n > 1 })
    await Promise.race([gate.promise, once(ctx.signal, 'abort')])
    ctx.signal.throwIfAborted()
    await ctx.reply(`attempt ${ctx.attempt}`)
  },
})

/** Takes several commits to come to its end. */
const stepper = defineAgent({
  name: 'Stepper',
  description: 'Works in steps.',
  skills: [skill('step')],
  async handle(_message, ctx) {
    await ctx.status('half done')
    await ctx.artifact({ artifactId: 'half', parts: [{ text: `half of attempt ${ctx.attempt}` }] })
    await ctx.reply('done')
  },
})

const [dataDir = ''] = process.argv.slice(2)
const { config } = loadConfig({ CODETETHER_DATA_DIR: dataDir, A2A_PORT: '0', A2A_LOG_LEVEL: 'warn' })
const log = createLogger({ ...config.log, authHeader: config.auth.header })
await using server = await startServer(config, log, { agents: [...builtInAgents, counter, stepper] })
await Promise.race([asked.promise, server.stopped])
if (process.connected) process.disconnect()
