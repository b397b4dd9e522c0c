import { type Agent, defineAgent } from '@codetether/agents/define-agent'
import { textOf } from '@codetether/protocol/message'
import { chunksOf, type Orders } from './script.ts'

/** The agent of the stream benchmarks for our server. Working and completed are said by the engine. */
export const scriptAgent = (orders: Orders): Agent =>
  defineAgent({
    ...{ name: 'Script', description: 'Does what the benchmark orders.', skills: [] },
    accepts: () => true,
    handle: async (message, ctx) => {
      for await (const { artifactId, text, append, lastChunk } of chunksOf(textOf(message.parts), orders)) {
        await ctx.artifact({ artifactId, parts: [{ text }] }, { append, lastChunk })
      }
    },
  })
