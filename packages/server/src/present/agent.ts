import { builtInAgents } from '@codetether/agents/built-in'
import type { AgentStatus } from '@codetether/protocol/agent-status'
import type { HostedAgent } from './card-subject.ts'

// By name: an agent that is observed is another object.
const builtInNames = new Set(builtInAgents.map(agent => agent.name))

/** An agent of this process: it is online as long as the process answers. */
export const presentAgent = ({ agent, slug }: HostedAgent): AgentStatus => ({
  name: agent.name,
  slug,
  description: agent.description,
  kind: builtInNames.has(agent.name) ? 'built-in' : 'custom',
  status: 'online',
  skills: agent.skills.map(skill => ({
    id: skill.id,
    name: skill.name,
    description: skill.description,
    tags: [...skill.tags],
  })),
})
