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

const isText = (modes: readonly string[]): boolean => modes.length === 1 && modes[0] === 'text/plain'

/** Skills beside those of other agents name the media types that are not the card's own. */
const toSkills = ({ skills, inputModes, outputModes }: Agent): AgentSkill[] =>
  skills.map(skill => ({
    ...toSkill(skill),
    ...(inputModes && !isText(inputModes) && { inputModes: [...inputModes] }),
    ...(!isText(outputModes) && { outputModes: [...outputModes] }),
  }))

/** The skills on the card of one agent. A card lists at least one (A2A v1.0 §4.4.1): without any it is that of the platform. */
export const presentOwnSkills = ({ skills }: Agent): AgentSkill[] =>
  skills.length === 0 ? [taskManagement] : skills.map(toSkill)

/** The skills on a card, alike in all versions: the platform's own and those of the agents. */
export const presentSkills = (agents: readonly Agent[]): AgentSkill[] => [taskManagement, ...agents.flatMap(toSkills)]
