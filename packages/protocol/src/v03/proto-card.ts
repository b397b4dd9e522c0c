import type { AgentCard, AgentSkill } from './agent-card.ts'

type Scheme = NonNullable<AgentCard['securitySchemes']>[string]
type Security = NonNullable<AgentCard['security']>

/** Which member of the proto's oneof holds each kind of scheme. */
const schemeFields = {
  apiKey: 'apiKeySecurityScheme',
  http: 'httpAuthSecurityScheme',
  oauth2: 'oauth2SecurityScheme',
  openIdConnect: 'openIdConnectSecurityScheme',
  mutualTLS: 'mtlsSecurityScheme',
} as const satisfies Record<Scheme['type'], string>

/** The proto holds one flow: of several the first in its own order. */
function toProtoFlows(flows: Extract<Scheme, { type: 'oauth2' }>['flows']): object {
  const { authorizationCode, clientCredentials, implicit, password } = flows
  if (authorizationCode) return { authorizationCode }
  if (clientCredentials) return { clientCredentials }
  if (implicit) return { implicit }
  return password ? { password } : {}
}

function toProtoScheme(scheme: Scheme): object {
  const { type, ...rest } = scheme
  if (scheme.type === 'apiKey') {
    const { type: _, in: location, ...named } = scheme
    return { [schemeFields[type]]: { ...named, location } }
  }
  return { [schemeFields[type]]: scheme.type === 'oauth2' ? { ...rest, flows: toProtoFlows(scheme.flows) } : rest }
}

const toProtoSecurity = (security: Security): object[] =>
  security.map(schemes => ({
    schemes: Object.fromEntries(Object.entries(schemes).map(([name, list]) => [name, list.length > 0 ? { list } : {}])),
  }))

const toProtoSkill = ({ security, ...skill }: AgentSkill): object => ({
  ...skill,
  ...(security && { security: toProtoSecurity(security) }),
})

/** The card of v0.3 as the proto's `AgentCard` in ProtoJSON: no `iconUrl` and no `stateTransitionHistory`. */
export function toProtoCard(card: AgentCard): object {
  const { protocolVersion, name, description, url, preferredTransport, additionalInterfaces, provider, version } = card
  const { documentationUrl, capabilities, securitySchemes, security, skills, signatures } = card
  const { streaming, pushNotifications, extensions } = capabilities
  return {
    ...{ protocolVersion, name, description, url, preferredTransport, additionalInterfaces, provider, version },
    ...{ documentationUrl, capabilities: { streaming, pushNotifications, extensions } },
    ...(securitySchemes && {
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes).map(([name, scheme]) => [name, toProtoScheme(scheme)]),
      ),
    }),
    ...(security && { security: toProtoSecurity(security) }),
    defaultInputModes: card.defaultInputModes,
    defaultOutputModes: card.defaultOutputModes,
    skills: skills.map(toProtoSkill),
    ...(card.supportsAuthenticatedExtendedCard && { supportsAuthenticatedExtendedCard: true }),
    signatures,
  }
}
