import type { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'

type LegacyCard = Parameters<typeof LegacyA2AService.getAgentCard.responseSerialize>[0]
type LegacyScheme = LegacyCard['securitySchemes'][string]
type LegacySecurity = LegacyCard['security'][number]
type LegacyFlows = Extract<LegacyScheme['scheme'], { $case: 'oauth2SecurityScheme' }>['value']['flows']

type ProtoSecurity = { schemes: Record<string, { list?: string[] }> }[]

/** The card in ProtoJSON of the v0.3 proto, as `proto-card.ts` makes it. */
export interface ProtoCard
  extends Omit<Partial<LegacyCard>, 'capabilities' | 'securitySchemes' | 'security' | 'skills' | 'signatures'> {
  capabilities: Partial<NonNullable<LegacyCard['capabilities']>>
  securitySchemes?: Record<string, Record<string, { flows?: Record<string, object> }>>
  security?: ProtoSecurity
  skills: (Omit<Partial<LegacyCard['skills'][number]>, 'security'> & { security?: ProtoSecurity })[]
}

/** The one member that is set, as the SDK holds it. */
const oneOf = (members: object): { $case: string; value: object } | undefined => {
  const [member] = Object.entries(members)
  return member && { $case: member[0], value: member[1] }
}

// The members of both oneofs have the names of the SDK's cases: what stands there is what `proto-card.ts` writes.
const toFlows = (flows: object): LegacyFlows => ({ flow: oneOf(flows) }) as LegacyFlows

function toScheme(scheme: Record<string, { flows?: object }>): LegacyScheme {
  const one = oneOf(scheme)
  const flows = scheme.oauth2SecurityScheme?.flows
  return { scheme: one && flows ? { ...one, value: { ...one.value, flows: toFlows(flows) } } : one } as LegacyScheme
}

const toSecurity = (security: ProtoSecurity = []): LegacySecurity[] =>
  security.map(({ schemes }) => ({
    schemes: Object.fromEntries(Object.entries(schemes).map(([name, { list = [] }]) => [name, { list }])),
  }))

const unset = { name: '', description: '' }

/** The card as the SDK's object, with every field that is not set as its default. */
export const toLegacyCard = ({
  capabilities,
  securitySchemes = {},
  security,
  skills,
  ...card
}: ProtoCard): LegacyCard => ({
  ...unset,
  ...{ protocolVersion: '', url: '', preferredTransport: '', version: '', documentationUrl: '', provider: undefined },
  ...{ defaultInputModes: [], defaultOutputModes: [], supportsAuthenticatedExtendedCard: false },
  ...card,
  additionalInterfaces: card.additionalInterfaces ?? [],
  capabilities: {
    streaming: false,
    pushNotifications: false,
    ...capabilities,
    extensions: capabilities.extensions ?? [],
  },
  securitySchemes: Object.fromEntries(
    Object.entries(securitySchemes).map(([name, scheme]) => [name, toScheme(scheme)]),
  ),
  security: toSecurity(security),
  skills: skills.map(({ security, ...skill }) => ({
    ...{ ...unset, id: '', tags: [], examples: [], inputModes: [], outputModes: [] },
    ...skill,
    security: toSecurity(security),
  })),
  signatures: [],
})
