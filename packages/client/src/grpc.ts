import type { Endpoint } from './endpoint.ts'
import type { Operation } from './operation.ts'

/** What can be asked for by gRPC: beside what this client does, what an inspection looks at. */
export interface GrpcOperation extends Omit<Operation, 'name'> {
  name: Operation['name'] | 'createPush' | 'getPush' | 'listPush' | 'deletePush' | 'extendedCard'
}

export interface GrpcCallOptions {
  signal: AbortSignal
  /** Milliseconds that the server is told the whole call may take. */
  timeoutMs?: number | undefined
}

export interface GrpcStreamOptions {
  signal: AbortSignal
  lastEventId: string | undefined
  /** The server has begun to answer. */
  onOpen: () => void
}

/**
 * What carries calls over gRPC (A2A v1.0 §10, v0.3 §3.2.2). It needs Node and libraries that nobody else does, so a
 * client is given it (`grpc/open-grpc.ts`). Results are ProtoJSON of their version. Both throw RemoteError,
 * ConnectionError, BareCredentialsError, or the signal's reason.
 */
export interface Grpc {
  call(endpoint: Endpoint, operation: GrpcOperation, options: GrpcCallOptions): Promise<unknown>
  stream(endpoint: Endpoint, operation: Operation, options: GrpcStreamOptions): AsyncGenerator<unknown>
}

const bare = /^(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+):\d{1,5}$/i
const schemes: Readonly<Record<string, string>> = { http: 'http', grpc: 'http', https: 'https', grpcs: 'https' }

/**
 * The address of an interface over gRPC as a URL, which says whether TLS is spoken there. Cards write `host:port`: such an
 * address is as safe as the one of the card itself. Undefined for what is no such address.
 */
export const grpcUrl = (address: string, cardUrl: string): string | undefined => {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.+)$/i.exec(address) ?? []
  if (scheme === '')
    return bare.test(address) ? URL.parse(`${new URL(cardUrl).protocol}//${address}`)?.origin : undefined
  const known = schemes[scheme.toLowerCase()]
  return known === undefined ? undefined : URL.parse(`${known}://${rest}`)?.origin
}
