import { z } from 'zod'
import { SecurityScheme } from './security-scheme.ts'

/** Names of schemes with the scopes that they need; one entry of the list is enough (A2A v0.3.0 §5.5). */
const Security = z.array(z.record(z.string(), z.array(z.string())))

/** The agent card of A2A v0.3.0 §5.5. The types equal those of the official SDK: `tests/wire-parity.test.ts`. */
export const AgentSkill = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  examples: z.array(z.string()).exactOptional(),
  inputModes: z.array(z.string()).exactOptional(),
  outputModes: z.array(z.string()).exactOptional(),
  security: Security.exactOptional(),
})

const AgentExtension = z.object({
  uri: z.string(),
  description: z.string().exactOptional(),
  required: z.boolean().exactOptional(),
  params: z.record(z.string(), z.unknown()).exactOptional(),
})

const AgentCapabilities = z.object({
  streaming: z.boolean().exactOptional(),
  pushNotifications: z.boolean().exactOptional(),
  stateTransitionHistory: z.boolean().exactOptional(),
  extensions: z.array(AgentExtension).exactOptional(),
})

/** A JSON Web Signature over the card (RFC 7515). */
const AgentCardSignature = z.object({
  protected: z.string(),
  signature: z.string(),
  header: z.record(z.string(), z.unknown()).exactOptional(),
})

export const AgentCard = z.object({
  protocolVersion: z.string(),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  preferredTransport: z.string().exactOptional(),
  additionalInterfaces: z.array(z.object({ url: z.string(), transport: z.string() })).exactOptional(),
  provider: z.object({ organization: z.string(), url: z.string() }).exactOptional(),
  version: z.string(),
  documentationUrl: z.string().exactOptional(),
  iconUrl: z.string().exactOptional(),
  capabilities: AgentCapabilities,
  securitySchemes: z.record(z.string(), SecurityScheme).exactOptional(),
  security: Security.exactOptional(),
  defaultInputModes: z.array(z.string()),
  defaultOutputModes: z.array(z.string()),
  skills: z.array(AgentSkill),
  supportsAuthenticatedExtendedCard: z.boolean().exactOptional(),
  signatures: z.array(AgentCardSignature).exactOptional(),
})

export type AgentSkill = z.infer<typeof AgentSkill>
export type AgentCard = z.infer<typeof AgentCard>
