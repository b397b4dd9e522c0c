import type { Agent } from '@codetether/agents/define-agent'
import type { AgentSkill } from '@codetether/protocol/v03/agent-card'

const taskManagement: AgentSkill = {
  id: 'task-management',
  name: 'Task management',
  description: 'Keeps every message as a durable task that can be followed live, looked up, listed and canceled.',
  tags: ['tasks', 'durable', 'streaming'],
}

const toSkill = ({ id, name, description, tags, examples }: Agent['skills'][number]): AgentSkill => ({
  id,
  name,
  description,
  tags: [...tags],
  ...(examples && { examples: [...examples] }),
})

/** The skills on a card, alike in all versions: the platform's own and those of the agents. */
export const presentSkills = (agents: readonly Agent[]): AgentSkill[] => [
  taskManagement,
  ...agents.flatMap(agent => agent.skills.map(toSkill)),
]
