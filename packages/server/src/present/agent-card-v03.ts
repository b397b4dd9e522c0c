import type { Agent } from '@codetether/agents/define-agent'
import type { AgentCard, AgentSkill } from '@codetether/protocol/v03/agent-card'
import type { Config } from '../config/config.ts'
import { version } from '../version.ts'

const textModes = ['text/plain']

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

/** How callers prove who they are, exactly as `createAuthenticator` asks for it. */
function security({ auth }: Config): Pick<AgentCard, 'securitySchemes' | 'security'> {
  if (!auth.enabled) return {}
  const scheme: NonNullable<AgentCard['securitySchemes']>[string] =
    auth.header === 'authorization'
      ? { type: 'http', scheme: 'bearer' }
      : { type: 'apiKey', in: 'header', name: auth.header }
  return { securitySchemes: { token: scheme }, security: [{ token: [] }] }
}

/** The card of A2A v0.3 §5.5 for callers that reach the server under `base`. It claims what is there, nothing else. */
export function presentAgentCard(config: Config, agents: readonly Agent[], base: string): AgentCard {
  const { name, description, organization } = config.agent
  return {
    protocolVersion: '0.3.0',
    name,
    description,
    url: `${base}/`,
    preferredTransport: 'JSONRPC',
    // The main address belongs into this list too (§5.5.5).
    additionalInterfaces: [{ url: `${base}/`, transport: 'JSONRPC' }],
    ...(organization && { provider: { organization: organization.name, url: organization.url ?? base } }),
    version,
    capabilities: { streaming: true, pushNotifications: false, stateTransitionHistory: false },
    ...security(config),
    defaultInputModes: textModes,
    defaultOutputModes: textModes,
    skills: [taskManagement, ...agents.flatMap(agent => agent.skills.map(toSkill))],
    supportsAuthenticatedExtendedCard: false,
  }
}
