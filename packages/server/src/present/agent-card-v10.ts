import type { AgentCard } from '@codetether/protocol/v10/wire'
import type { Config } from '../config/config.ts'
import { agentPermissions } from '../principal.ts'
import { version } from '../version.ts'
import { addressesOf } from './addresses.ts'
import type { CardSubject } from './card-subject.ts'
import { presentExtensions } from './extensions.ts'

/** Where and in which versions the subject answers. The card of v0.3 carries the list too, for clients of both. */
export const presentInterfaces = (...at: Parameters<typeof addressesOf>): AgentCard['supportedInterfaces'] =>
  addressesOf(...at).flatMap(({ url, transport: protocolBinding, versions, tenant }) =>
    versions.map(protocolVersion => ({
      ...{ url, protocolBinding, protocolVersion },
      ...(tenant !== undefined && { tenant }),
    })),
  )

/**
 * How callers prove who they are, exactly as `createAuthenticator` asks for it. The list names what they have to be
 * allowed (OpenAPI 3.2, which §4.5 refers to, has role names there); the official SDK drops a requirement with an empty
 * one from what is signed.
 */
function security({ auth }: Config): Pick<AgentCard, 'securitySchemes' | 'securityRequirements'> {
  if (!auth.enabled) return {}
  const scheme =
    auth.header === 'authorization'
      ? { httpAuthSecurityScheme: { scheme: 'Bearer' } }
      : { apiKeySecurityScheme: { location: 'header', name: auth.header } }
  return {
    securitySchemes: { token: scheme },
    securityRequirements: [{ schemes: { token: { list: [...agentPermissions] } } }],
  }
}

/** The card of A2A v1.0 §4.4 for callers that reach HTTP under `base` and gRPC at `grpc`. It claims what is there, nothing else. */
export function presentAgentCard(config: Config, subject: CardSubject, base: string, grpc: string | null): AgentCard {
  const { organization } = config.agent
  return {
    name: subject.name,
    description: subject.description,
    supportedInterfaces: presentInterfaces(base, subject, grpc),
    ...(organization && { provider: { organization: organization.name, url: organization.url ?? base } }),
    version,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      // What is false is left out, as in all ProtoJSON.
      extensions: presentExtensions(config, subject, base).map(({ required, ...extension }) => ({
        ...extension,
        ...(required && { required }),
      })),
      extendedAgentCard: config.agent.publicSkills !== undefined,
    },
    ...security(config),
    defaultInputModes: [...subject.inputModes],
    defaultOutputModes: [...subject.outputModes],
    // Lists that are required are not empty: implementations disagree about whether such ones are signed.
    skills: subject.skills.map(({ id, name, description, tags, examples = [], inputModes, outputModes }) => ({
      ...{ id, name: name || id, description: description || name || id, tags: tags.length > 0 ? tags : [id] },
      ...(examples.length > 0 && { examples }),
      ...(inputModes && { inputModes }),
      ...(outputModes && { outputModes }),
    })),
  }
}
