import { type Agent, defineAgent } from '@codetether/agents/define-agent'
import { textOf } from '@codetether/protocol/message'

/** An agent that answers a text only when the test opens its gate. */
export interface GatedAgent {
  agent: Agent
  open(text: string): void
  /** Resolves when the run for the text has been told to stop. */
  stopped(text: string): Promise<void>
}

interface Gate {
  opened: PromiseWithResolvers<void>
  stopped: PromiseWithResolvers<void>
}

export function gatedAgent(): GatedAgent {
  const gates = new Map<string, Gate>()
  const gateOf = (text: string): Gate => {
    const gate = gates.get(text) ?? { opened: Promise.withResolvers(), stopped: Promise.withResolvers() }
    gates.set(text, gate)
    return gate
  }
  const agent = defineAgent({
    name: 'Gated',
    description: 'Answers when the test lets it.',
    skills: [{ id: 'gated', name: 'Gated', description: 'Waits.', tags: ['test'] }],
    async handle(message, { signal, reply }) {
      const text = textOf(message.parts)
      const { opened, stopped } = gateOf(text)
      signal.addEventListener('abort', () => {
        stopped.resolve()
        opened.resolve()
      })
      await opened.promise
      signal.throwIfAborted()
      await reply(`opened: ${text}`)
    },
  })
  return {
    agent,
    open: text => gateOf(text).opened.resolve(),
    stopped: text => gateOf(text).stopped.promise,
  }
}
