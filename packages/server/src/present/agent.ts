import type { Agent } from '@codetether/agents/define-agent'
import type { AgentStatus } from '@codetether/protocol/agent-status'

/** An agent of this process: it is online as long as the process answers. */
export const presentAgent = ({ name, description, skills }: Agent): AgentStatus => ({
  name,
  description,
  kind: 'built-in',
  status: 'online',
  skills: skills.map(skill => ({
    id: skill.id,
    name: skill.name,
    description: skill.description,
    tags: [...skill.tags],
  })),
})
