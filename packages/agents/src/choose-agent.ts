import type { Agent } from './define-agent.ts'

export interface RoutingInput {
  /** The text of the message, all text parts together. */
  text: string
  /** The name of an agent or the id of a skill, as the caller wrote it. Blank counts as absent. */
  targetAgent?: string | undefined
  /** The id of a skill, as the caller wrote it. Blank counts as absent. */
  skillId?: string | undefined
  /** Who can answer; the order decides between two that accept the same text or have the same skill. */
  agents: readonly Agent[]
  /** Who answers what nobody accepts. */
  fallback: Agent
}

/** Who answers a message and why, or which explicit target does not exist: that is INVALID_PARAMS for the caller. */
export type Routing = { agent: Agent; reason: 'target' | 'skill' | 'accepts' | 'fallback' } | { unknown: string }

/** "Calculator Agent", "calculator-agent" and "calculator" are one name. */
const normalized = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .replace(/ agent$/, '')

const hasSkill = (agent: Agent, skillId: string): boolean =>
  agent.skills.some(skill => normalized(skill.id) === normalized(skillId))

const present = (name: string | undefined): string | undefined => (name?.trim() ? name.trim() : undefined)

/**
 * Chooses the agent of a message. What the caller asks for wins: the target, and it must have the skill if one is named
 * too; then the skill. Without either, the first agent that accepts the whole text; else the fallback. An explicit wish
 * that cannot be met is `unknown`, never answered by somebody else.
 */
export const chooseAgent = ({ text, targetAgent, skillId, agents, fallback }: RoutingInput): Routing => {
  const target = present(targetAgent)
  const skill = present(skillId)
  if (target !== undefined) {
    const agent =
      agents.find(candidate => normalized(candidate.name) === normalized(target)) ??
      agents.find(candidate => hasSkill(candidate, target))
    if (agent === undefined) return { unknown: target }
    return skill === undefined || hasSkill(agent, skill) ? { agent, reason: 'target' } : { unknown: skill }
  }
  if (skill !== undefined) {
    const agent = agents.find(candidate => hasSkill(candidate, skill))
    return agent === undefined ? { unknown: skill } : { agent, reason: 'skill' }
  }
  const agent = agents.find(candidate => candidate.accepts(text))
  return agent === undefined ? { agent: fallback, reason: 'fallback' } : { agent, reason: 'accepts' }
}
