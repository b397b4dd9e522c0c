import type { Agent, AgentExtension } from '@codetether/agents/define-agent'
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
  inputModes: readonly string[]
  outputModes: readonly string[]
  /** Those of its agents; the platform's own are on every card. */
  extensions: readonly AgentExtension[]
}

/** What agents read and answer with that do not say so. */
const textModes = ['text/plain']

/** The extensions of all agents, each once. Where one requires it, the server as a whole does not: others answer here too. */
function sharedExtensions(agents: readonly Agent[]): AgentExtension[] {
  const shared = new Map<string, AgentExtension>()
  for (const { name, extensions } of agents)
    for (const { required, ...extension } of extensions) {
      const description = required ? `Required by ${name}. ${extension.description}` : extension.description
      if (!shared.has(extension.uri)) shared.set(extension.uri, { ...extension, description })
    }
  return [...shared.values()]
}

export const serverSubject = ({ agent: { name, description } }: Config, agents: readonly Agent[]): CardSubject => ({
  ...{ name, description },
  skills: presentSkills(agents),
  path: '/',
  restPath: restBase,
  tenant: null,
  inputModes: textModes,
  outputModes: textModes,
  extensions: sharedExtensions(agents),
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
    inputModes: agent.inputModes ?? textModes,
    outputModes: agent.outputModes,
    extensions: agent.extensions,
  }
}
