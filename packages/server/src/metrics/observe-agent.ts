import type { Agent } from '@codetether/agents/define-agent'
import type { Tracer } from '../trace/tracer.ts'
import type { Metrics } from './metrics.ts'

/** The agent with its runs timed and traced. A run belongs to the trace of the request that started it. */
export const observeAgent = (agent: Agent, { metrics, tracer }: { metrics: Metrics; tracer: Tracer }): Agent => ({
  ...agent,
  accepts: text => agent.accepts(text),
  async handle(message, context) {
    const started = performance.now()
    let outcome = 'ok'
    try {
      await tracer.trace(`invoke_agent ${agent.name}`, { root: true, attributes: attributesOf(agent, context) }, () =>
        agent.handle(message, context),
      )
    } catch (error) {
      outcome = context.signal.aborted ? 'aborted' : 'error'
      throw error
    } finally {
      metrics.agentRuns.observe({ agent: agent.name, outcome }, (performance.now() - started) / 1000)
    }
  },
})

/** OpenTelemetry's conventions for agents. A pure agent runs before there is a task. */
const attributesOf = ({ name }: Agent, { taskId, attempt }: { taskId: string; attempt: number }) => ({
  'gen_ai.operation.name': 'invoke_agent',
  'gen_ai.agent.name': name,
  'a2a.attempt': attempt,
  ...(taskId !== '' && { 'a2a.task.id': taskId }),
})
