import { PlatformError } from '@codetether/protocol/errors'
import type { Context } from '../context.ts'
import { agentSlugs } from '../present/agent-slugs.ts'
import type { HostedAgent } from '../present/card-subject.ts'
import type { Principal } from '../principal.ts'

export const unknownAgent = () => new PlatformError('NOT_FOUND', 'there is no such agent here: see GET /agents')

/** The agent of an address of its own. Throws NOT_FOUND. */
export function findAgent({ agents }: Pick<Context, 'agents'>, slug: string): HostedAgent {
  const agent = agentSlugs(agents).get(slug)
  if (!agent) throw unknownAgent()
  return { agent, slug }
}

/** Who acts at the address of an agent: what is not the agent's is not there. */
export const principalAt = (principal: Principal, agent: HostedAgent | null): Principal =>
  agent ? { ...principal, agent: agent.agent.name } : principal
