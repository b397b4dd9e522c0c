import type { WireVersion } from '../store/tasks.ts'
import type { CardSubject } from './card-subject.ts'

/** A place where the subject of a card answers. */
export interface Address {
  url: string
  transport: 'JSONRPC' | 'HTTP+JSON' | 'GRPC'
  versions: readonly WireVersion[]
  /** What callers have to name there, in the field `tenant` of every request. */
  tenant?: string
}

const both = ['1.0', '0.3'] as const

/** Where the subject of a card answers, the preferred address first. */
export function addressesOf(
  base: string,
  { path, restPath, tenant }: CardSubject,
  grpc: string | null,
): [preferred: Address, ...others: Address[]] {
  return [
    { url: `${base}${path}`, transport: 'JSONRPC', versions: both },
    { url: `${base}${restPath}`, transport: 'HTTP+JSON', versions: both },
    ...(grpc === null ? [] : [grpcAddress(grpc, tenant)]),
  ]
}

/** gRPC has one address for all, so its requests have to say whom they are for. Those of v0.3 cannot. */
const grpcAddress = (url: string, tenant: string | null): Address =>
  tenant === null ? { url, transport: 'GRPC', versions: both } : { url, transport: 'GRPC', versions: ['1.0'], tenant }
