import { errorCodes } from '@codetether/protocol/errors'
import type { Endpoint } from './endpoint.ts'
import { RemoteError, UntrustedCardError } from './errors.ts'
import { baseUrlOf, type CardOptions, fetchCard } from './fetch-card.ts'
import { grpcUrl } from './grpc.ts'
import type { Connection } from './http.ts'
import { type ProtocolVersion, protocolVersions, type TransportName, transportNames } from './operation.ts'
import type { Card, DeclaredInterface } from './read-card.ts'

/** What a caller wants to speak; what is left open, the card decides. */
export interface Wanted {
  version?: ProtocolVersion | undefined
  transport?: TransportName | undefined
}

interface Spoken {
  url: string
  version: ProtocolVersion
  transport: TransportName
  tenant?: string | undefined
}

const resolveHttp = (url: string, base: string): string | undefined => {
  const resolved = URL.parse(url, base)
  return resolved?.protocol === 'http:' || resolved?.protocol === 'https:' ? resolved.href : undefined
}

/** gRPC has a port of its own: there the same host is the same place, unless TLS is lost on the way. */
const isSamePlace = (given: URL, { transport, url }: Spoken): boolean => {
  const found = new URL(url)
  if (transport !== 'GRPC') return given.origin === found.origin
  return given.hostname === found.hostname && (given.protocol === found.protocol || found.protocol === 'https:')
}

/**
 * Credentials belong to the origin that they were given for. A card that names another one is believed about the
 * address, but does not get them: who can forge a card must not collect credentials.
 */
const withOwnCredentials = (connection: Connection, given: string, found: Spoken): Connection =>
  isSamePlace(new URL(given), found) ? connection : { ...connection, token: undefined, headers: undefined }

const isSpoken = (transport: TransportName, { grpc }: Connection): boolean => transport !== 'GRPC' || grpc !== undefined

/** An interface that this client can speak; undefined for other transports, versions and addresses. */
const spoken = (
  connection: Connection,
  { url, version, transport, tenant }: DeclaredInterface,
  base: string,
): Spoken | undefined => {
  const [knownVersion, knownTransport] = [
    protocolVersions.find(known => known === version),
    transportNames.find(known => known === transport && isSpoken(known, connection)),
  ]
  const resolved = knownTransport === 'GRPC' ? grpcUrl(url, base) : resolveHttp(url, base)
  if (knownVersion === undefined || knownTransport === undefined || resolved === undefined) return undefined
  return { url: resolved, version: knownVersion, transport: knownTransport, tenant }
}

const isForeign = (connection: Connection, { version, transport }: DeclaredInterface): boolean =>
  !protocolVersions.some(known => known === version) ||
  !transportNames.some(known => known === transport && isSpoken(known, connection))

const notSpoken = (card: Card, { version, transport }: Wanted): RemoteError => {
  const declared = [...new Set(card.interfaces.map(item => `${item.transport} ${item.version}`))].join(', ')
  const wanted = [transport, version].filter(word => word !== undefined).join(' ')
  const lacks = wanted === '' ? 'nothing that this client speaks' : `no ${wanted}`
  return new RemoteError(errorCodes.VERSION_NOT_SUPPORTED.rpc, `the agent's card declares ${lacks}: it has ${declared}`)
}

/**
 * Every interface of the card of the agent at `url` that is spoken here, in the order of the card, with the credentials
 * that belong there.
 */
export const endpointsOf = (connection: Connection, url: string, card: Card): Endpoint[] => {
  const base = new URL(baseUrlOf(url)).href
  return card.interfaces.flatMap(declared => {
    const found = spoken(connection, declared, base)
    if (found === undefined) return []
    const promised = { attaches: card.attaches, streams: card.capabilities.includes('streaming') }
    return [{ ...withOwnCredentials(connection, base, found), ...found, ...promised }]
  })
}

/**
 * Finds out how an agent is spoken to, by its card. Where there is no readable card, the given address is the endpoint,
 * of v0.3 over JSON-RPC unless something else is wanted. Throws ConnectionError if nothing answers there, RemoteError if
 * the card declares nothing that fits.
 */
export const discover = async (
  connection: Connection,
  url: string,
  { version, transport, ...options }: CardOptions & Wanted,
): Promise<Endpoint> => {
  const base = baseUrlOf(url)
  const given: Endpoint = {
    ...{ ...connection, url: new URL(base).href },
    ...{ version: version ?? '0.3', transport: transport ?? 'JSONRPC', attaches: false, streams: false },
  }
  let card: Card
  try {
    card = await fetchCard(connection, url, { ...options, version })
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    if (options.checkCard) throw new UntrustedCardError(`no card can be read there: ${error.message}`)
    return given
  }
  // The first one that fits: A2A v1.0 §8.3.2, v0.3 §5.6.3.
  const chosen = endpointsOf(connection, url, card).find(
    found => found.version === (version ?? found.version) && found.transport === (transport ?? found.transport),
  )
  if (chosen) return chosen
  if (
    !options.checkCard &&
    version === undefined &&
    transport === undefined &&
    !card.interfaces.some(declared => isForeign(connection, declared))
  )
    return given
  throw notSpoken(card, { version, transport })
}
