import { agentOf } from '../event-log.ts'

const stepsPerTask = 18

/** Asks before it begins, and tells each of its steps. */
export const stepsAgent = agentOf('Steps', async (_message, ctx) => {
  if (ctx.history.length < 2) return ctx.ask('Shall I begin?')
  for (let n = 1; n <= stepsPerTask; n++) await ctx.status(`step ${n}`)
  await ctx.reply('done')
})
