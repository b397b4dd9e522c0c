import { z } from 'zod'

/**
 * The agent card of A2A v1.0 §4.4 as any server may write it: ProtoJSON, where a field that is not required may be
 * missing. What this platform writes itself is the type in `wire.ts`.
 */
const text = z.string()
const texts = z.array(text)
const strings = z.record(text, text)

/** §4.4.6. `protocolBinding` is JSONRPC, GRPC, HTTP+JSON, or the URI of another one. */
export const AgentInterface = z.object({
  url: text.min(1),
  protocolBinding: text.min(1),
  tenant: text.optional(),
  protocolVersion: text.min(1),
})

const AgentExtension = z.object({
  uri: text.optional(),
  description: text.optional(),
  required: z.boolean().optional(),
  params: z.record(text, z.unknown()).optional(),
})

const AgentCapabilities = z.object({
  streaming: z.boolean().optional(),
  pushNotifications: z.boolean().optional(),
  extensions: z.array(AgentExtension).optional(),
  extendedAgentCard: z.boolean().optional(),
})

/** §4.3.2: the names of schemes with their scopes. ProtoJSON leaves out an empty list. */
const SecurityRequirement = z.object({ schemes: z.record(text, z.object({ list: texts.optional() })).optional() })

const AgentSkill = z.object({
  id: text.min(1),
  name: text,
  description: text,
  tags: texts,
  examples: texts.optional(),
  inputModes: texts.optional(),
  outputModes: texts.optional(),
  securityRequirements: z.array(SecurityRequirement).optional(),
})

const refreshUrl = text.optional()
const OAuthFlows = z.object({
  authorizationCode: z
    .object({
      authorizationUrl: text,
      tokenUrl: text,
      refreshUrl,
      scopes: strings,
      pkceRequired: z.boolean().optional(),
    })
    .optional(),
  clientCredentials: z.object({ tokenUrl: text, refreshUrl, scopes: strings }).optional(),
  deviceCode: z.object({ deviceAuthorizationUrl: text, tokenUrl: text, refreshUrl, scopes: strings }).optional(),
})

const description = text.optional()

/** §4.5: one of five, told by its only key. */
const SecurityScheme = z.union([
  z.object({ apiKeySecurityScheme: z.object({ description, location: text, name: text }) }),
  z.object({ httpAuthSecurityScheme: z.object({ description, scheme: text, bearerFormat: text.optional() }) }),
  z.object({
    oauth2SecurityScheme: z.object({ description, flows: OAuthFlows, oauth2MetadataUrl: text.optional() }),
  }),
  z.object({ openIdConnectSecurityScheme: z.object({ description, openIdConnectUrl: text }) }),
  z.object({ mtlsSecurityScheme: z.object({ description }) }),
])

export const AgentCard = z.object({
  name: text,
  description: text,
  supportedInterfaces: z.array(AgentInterface).min(1),
  provider: z.object({ url: text, organization: text }).optional(),
  version: text,
  documentationUrl: text.optional(),
  capabilities: AgentCapabilities,
  securitySchemes: z.record(text, SecurityScheme).optional(),
  securityRequirements: z.array(SecurityRequirement).optional(),
  defaultInputModes: texts,
  defaultOutputModes: texts,
  skills: z.array(AgentSkill),
  signatures: z
    .array(z.object({ protected: text, signature: text, header: z.record(text, z.unknown()).optional() }))
    .optional(),
  iconUrl: text.optional(),
})

export type AgentCard = z.infer<typeof AgentCard>
