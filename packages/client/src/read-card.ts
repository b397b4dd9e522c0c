import { resumeUri } from '@codetether/protocol/resume-extension'
import { AgentInterface } from '@codetether/protocol/v10/agent-card'
import { z } from 'zod'

/** An interface as a card declares it. The version is `Major.Minor`; patches change nothing that travels. */
export interface DeclaredInterface {
  url: string
  transport: string
  version: string
  tenant?: string | undefined
}

/** An agent card of either version, read as far as a client needs it. */
export interface Card {
  /** The card as it was served. */
  document: Readonly<Record<string, unknown>>
  name: string
  description: string
  /** Of the agent itself. */
  version: string
  /** The names of what it says it can do. */
  capabilities: string[]
  skills: { id: string; name: string; description: string }[]
  /** In the order in which the agent prefers them. */
  interfaces: DeclaredInterface[]
  /** The agent answers a message id that it has had with the same task (`docs/extensions/resume-v1.md`). */
  attaches: boolean
}

const text = z.string().catch('')

/** What both versions have. A flaw in what is only shown is no reason not to call an agent. */
const Shown = z.looseObject({
  name: text,
  description: text,
  version: text,
  capabilities: z
    .looseObject({ extensions: z.array(z.looseObject({ uri: text })).catch([]) })
    .catch({ extensions: [] }),
  skills: z.array(z.looseObject({ id: text, name: text, description: text })).catch([]),
})

/** A2A v1.0 §4.4.1. */
const Newer = z.looseObject({ supportedInterfaces: z.array(z.unknown()).min(1) })

/** A2A v0.3 §5.5, §5.6. */
const Older = z.looseObject({
  url: z.string().min(1),
  preferredTransport: z.string().optional().catch(undefined),
  additionalInterfaces: z.array(z.unknown()).catch([]),
})
const AdditionalInterface = z.looseObject({ url: z.string(), transport: z.string() })

const majorMinor = (version: string): string => /^\d{1,4}\.\d{1,4}/.exec(version)?.[0] ?? version

const newerInterfaces = (card: unknown): DeclaredInterface[] =>
  (Newer.safeParse(card).data?.supportedInterfaces ?? []).flatMap(item => {
    const { data } = AgentInterface.safeParse(item)
    if (data === undefined) return []
    const { url, protocolBinding, protocolVersion, tenant } = data
    return [{ url, transport: protocolBinding, version: majorMinor(protocolVersion), ...(tenant && { tenant }) }]
  })

const olderInterfaces = (card: unknown): DeclaredInterface[] => {
  const { data } = Older.safeParse(card)
  if (data === undefined) return []
  const others = data.additionalInterfaces.flatMap(item => AdditionalInterface.safeParse(item).data ?? [])
  return [{ url: data.url, transport: data.preferredTransport ?? 'JSONRPC' }, ...others].map(({ url, transport }) => ({
    ...{ url, transport, version: '0.3' },
  }))
}

const same = (one: DeclaredInterface, other: DeclaredInterface): boolean =>
  one.url === other.url && one.transport === other.transport && one.version === other.version

/** Reads a card of A2A v1.0 §4.4, of v0.3 §5.5, or one that has the members of both. Undefined if it is none. */
export const readCard = (document: unknown): Card | undefined => {
  const interfaces: DeclaredInterface[] = newerInterfaces(document)
  for (const older of olderInterfaces(document))
    if (!interfaces.some(known => same(known, older))) interfaces.push(older)
  const shown = Shown.safeParse(document)
  if (interfaces.length === 0 || !shown.success) return undefined
  const { name, description, version, capabilities, skills } = shown.data
  return {
    ...{ document: shown.data, name, description, version, skills, interfaces },
    capabilities: Object.entries(capabilities).flatMap(([key, value]) => (value === true ? [key] : [])),
    attaches: capabilities.extensions.some(({ uri }) => uri === resumeUri),
  }
}
