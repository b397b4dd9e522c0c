import type { Agent } from '@codetether/agents/define-agent'
import type { AgentSkill } from '@codetether/protocol/v03/agent-card'
import type { Config } from '../config/config.ts'
import { presentOwnSkills, presentSkills } from './agent-skill.ts'
import { agentTenant } from './agent-tenant.ts'
import { agentRestBase, restBase } from './rest-base.ts'

/** Whom a card is about: the server with all its agents, or one of them at an address of its own. */
export interface CardSubject {
  name: string
  description: string
  skills: AgentSkill[]
  /** Where its JSON-RPC endpoint is, below the base of the server. */
  path: string
  /** Where its HTTP+JSON binding begins, likewise. */
  restPath: string
  /** What callers over gRPC name it by; null for the server, which is who answers where nobody is named. */
  tenant: string | null
}

export const serverSubject = ({ agent: { name, description } }: Config, agents: readonly Agent[]): CardSubject => ({
  ...{ name, description },
  skills: presentSkills(agents),
  path: '/',
  restPath: restBase,
  tenant: null,
})

/** An agent that is hosted, with the name that its address carries. */
export interface HostedAgent {
  agent: Agent
  slug: string
}

export const agentSubject = ({ agent, slug }: HostedAgent): CardSubject => {
  const path = `/agents/${encodeURIComponent(slug)}`
  return {
    name: agent.name,
    description: agent.description || agent.name,
    skills: presentOwnSkills(agent),
    path,
    restPath: `${path}${agentRestBase}`,
    tenant: agentTenant.of(slug),
  }
}
