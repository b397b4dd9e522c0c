import type { AgentCard } from '@codetether/protocol/v03/agent-card'
import type { Config } from '../config/config.ts'
import { version } from '../version.ts'
import { addressesOf } from './addresses.ts'
import { presentInterfaces } from './agent-card-v10.ts'
import type { CardSubject } from './card-subject.ts'
import { presentExtensions } from './extensions.ts'

/** How callers prove who they are, exactly as `createAuthenticator` asks for it. */
function security({ auth }: Config): Pick<AgentCard, 'securitySchemes' | 'security'> {
  if (!auth.enabled) return {}
  const scheme: NonNullable<AgentCard['securitySchemes']>[string] =
    auth.header === 'authorization'
      ? { type: 'http', scheme: 'bearer' }
      : { type: 'apiKey', in: 'header', name: auth.header }
  return { securitySchemes: { token: scheme }, security: [{ token: [] }] }
}

/** The card of v0.3 with the list of interfaces by which clients of v1.0 find theirs (A2A v1.0, appendix A). */
export type HybridCard = AgentCard & { supportedInterfaces: ReturnType<typeof presentInterfaces> }

/** The card of A2A v0.3 §5.5 for callers that reach HTTP under `base` and gRPC at `grpc`. It claims what is there, nothing else. */
export function presentAgentCard(config: Config, subject: CardSubject, base: string, grpc: string | null): HybridCard {
  const { organization } = config.agent
  const addresses = addressesOf(base, subject, grpc)
  const [{ url, transport }] = addresses
  const older = addresses.filter(({ versions }) => versions.includes('0.3'))
  return {
    protocolVersion: '0.3.0',
    name: subject.name,
    description: subject.description,
    url,
    preferredTransport: transport,
    // The main address belongs into this list too (§5.5.5).
    supportedInterfaces: presentInterfaces(base, subject, grpc),
    additionalInterfaces: older.map(({ url, transport }) => ({ url, transport })),
    ...(organization && { provider: { organization: organization.name, url: organization.url ?? base } }),
    version,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      stateTransitionHistory: false,
      extensions: presentExtensions(config, subject, base).map(extension => ({ required: false, ...extension })),
    },
    ...security(config),
    defaultInputModes: [...subject.inputModes],
    defaultOutputModes: [...subject.outputModes],
    skills: subject.skills,
    supportsAuthenticatedExtendedCard: config.agent.publicSkills !== undefined,
  }
}
