import type { AgentExecutor } from '@a2a-js/sdk/server'
import type { PeerSettings } from './peer.ts'
import { chunksOf, type Orders } from './script.ts'
import { eventsOn, textIn } from './sdk-events.ts'

/** The echo agent as the SDK wants it: submitted, working, one artifact, completed. */
const echoExecutor: AgentExecutor = {
  execute(request, bus) {
    const events = eventsOn(bus, request)
    events.begin()
    const text = `Echo: ${textIn(request.userMessage)}`
    events.artifact({ artifactId: 'echo', text, append: false, lastChunk: true })
    events.complete()
    return Promise.resolve()
  },
  cancelTask: () => Promise.resolve(),
}

/** The agent of the stream benchmarks as the SDK wants it. */
const scriptExecutor = (orders: Orders): AgentExecutor => ({
  async execute(request, bus) {
    const events = eventsOn(bus, request)
    events.begin()
    for await (const chunk of chunksOf(textIn(request.userMessage), orders)) events.artifact(chunk)
    events.complete()
  },
  cancelTask: () => Promise.resolve(),
})

export const executorOf = (agent: PeerSettings['agent'], orders: Orders): AgentExecutor =>
  agent === 'script' ? scriptExecutor(orders) : echoExecutor
