import { defineAgent } from '@codetether/agents/define-agent'
import type { SendToOptions } from '@codetether/agents/peer'

/** An agent that asks the agent Gated of a peer, and answers with what it hears. */
export const waitingAgent = (peerUrl: string, text: string, options: SendToOptions = {}) =>
  defineAgent({
    name: 'Waiting',
    description: 'Waits for another agent.',
    skills: [{ id: 'wait', name: 'Wait', description: 'Waits.', tags: ['test'] }],
    async handle(_message, ctx) {
      const answer = await ctx.sendTo(peerUrl, text, { agent: 'Gated', ...options })
      await ctx.reply(answer.text)
    },
  })
