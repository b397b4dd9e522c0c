import type { WorkerAgentDefinition } from '@codetether/protocol/work/agent-definition'
import type { AnsweringAgent } from '../store/worker-agents.ts'

/** An agent as one worker defines it. */
export const presentDefinition = ({ id, name, description, modelRef, priority }: WorkerAgentDefinition) => ({
  agent_id: id,
  name,
  description,
  model: modelRef,
  model_ref: modelRef,
  priority,
})

/** An agent with all workers that answer to its name. `available`: one of them is there. */
export const presentAnswering = ({ id, name, description, priority, modelRefs, workers, away }: AnsweringAgent) => ({
  agent_id: id,
  name,
  description,
  priority,
  models: modelRefs,
  available: workers.length > 0,
  workers,
  workers_away: away,
})
