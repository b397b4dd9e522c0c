import type { Agent } from '@codetether/agents/define-agent'
import type { AgentSkill } from '@codetether/protocol/v03/agent-card'
import type { Config } from '../config/config.ts'
import { presentOwnSkills, presentSkills } from './agent-skill.ts'

/** Whom a card is about: the server with all its agents, or one of them at an address of its own. */
export interface CardSubject {
  name: string
  description: string
  skills: AgentSkill[]
  /** Where its JSON-RPC endpoint is, below the base of the server. */
  path: string
}

export const serverSubject = ({ agent: { name, description } }: Config, agents: readonly Agent[]): CardSubject => ({
  ...{ name, description },
  skills: presentSkills(agents),
  path: '/',
})

/** An agent that is hosted, with the name that its address carries. */
export interface HostedAgent {
  agent: Agent
  slug: string
}

export const agentSubject = ({ agent, slug }: HostedAgent): CardSubject => ({
  name: agent.name,
  description: agent.description || agent.name,
  skills: presentOwnSkills(agent),
  path: `/agents/${encodeURIComponent(slug)}`,
})
