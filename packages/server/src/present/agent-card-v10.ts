import type { Agent } from '@codetether/agents/define-agent'
import type { AgentCard } from '@codetether/protocol/v10/wire'
import type { Config } from '../config/config.ts'
import { version } from '../version.ts'
import { presentSkills } from './agent-skill.ts'
import { presentExtensions } from './extensions.ts'

const textModes = ['text/plain']

/** Where and in which versions the server answers. The card of v0.3 carries the list too, for clients of both. */
export const presentInterfaces = (base: string): AgentCard['supportedInterfaces'] =>
  ['1.0', '0.3'].map(protocolVersion => ({ url: `${base}/`, protocolBinding: 'JSONRPC', protocolVersion }))

/** How callers prove who they are, exactly as `createAuthenticator` asks for it. */
function security({ auth }: Config): Pick<AgentCard, 'securitySchemes' | 'securityRequirements'> {
  if (!auth.enabled) return {}
  const scheme =
    auth.header === 'authorization'
      ? { httpAuthSecurityScheme: { scheme: 'Bearer' } }
      : { apiKeySecurityScheme: { location: 'header', name: auth.header } }
  return { securitySchemes: { token: scheme }, securityRequirements: [{ schemes: { token: { list: [] } } }] }
}

/** The card of A2A v1.0 §4.4 for callers that reach the server under `base`. It claims what is there, nothing else. */
export function presentAgentCard(config: Config, agents: readonly Agent[], base: string): AgentCard {
  const { name, description, organization } = config.agent
  return {
    name,
    description,
    supportedInterfaces: presentInterfaces(base),
    ...(organization && { provider: { organization: organization.name, url: organization.url ?? base } }),
    version,
    capabilities: {
      streaming: true,
      pushNotifications: false,
      extensions: presentExtensions(config, base),
      extendedAgentCard: config.agent.publicSkills !== undefined,
    },
    ...security(config),
    defaultInputModes: textModes,
    defaultOutputModes: textModes,
    skills: presentSkills(agents).map(({ id, name, description, tags, examples }) => ({
      ...{ id, name, description, tags },
      ...(examples && { examples }),
    })),
  }
}
