/** Where the specifications describe the members of a card: the deepest name on the way to a member decides. */
const sections = {
  '1.0': {
    '': '4.4.1',
    provider: '4.4.2',
    capabilities: '4.4.3',
    extensions: '4.4.4',
    skills: '4.4.5',
    supportedInterfaces: '4.4.6',
    signatures: '4.4.7',
    securitySchemes: '4.5.1',
  },
  '0.3': {
    '': '5.5',
    provider: '5.5.1',
    capabilities: '5.5.2',
    extensions: '5.5.2.1',
    securitySchemes: '5.5.3',
    skills: '5.5.4',
    additionalInterfaces: '5.5.5',
    signatures: '5.5.6',
  },
} as const satisfies Record<string, Record<string, string>>

/** The section of the specification that says how the member at this path looks. */
export const cardSection = (version: keyof typeof sections, path: readonly PropertyKey[]): string => {
  const known = new Map<PropertyKey, string>(Object.entries(sections[version]))
  const [section = known.get('')] = path.flatMap(name => known.get(name) ?? []).reverse()
  return `v${version} §${section}`
}
