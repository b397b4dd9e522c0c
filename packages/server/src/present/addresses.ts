import type { CardSubject } from './card-subject.ts'
import { restBase } from './rest-base.ts'

export interface Address {
  url: string
  transport: 'JSONRPC' | 'HTTP+JSON' | 'GRPC'
}

/** Where the subject of a card answers, the preferred address first. An agent's own address has JSON-RPC alone. */
export function addressesOf(
  base: string,
  { path }: CardSubject,
  grpc: string | null,
): [preferred: Address, ...others: Address[]] {
  const own: Address = { url: `${base}${path}`, transport: 'JSONRPC' }
  if (path !== '/') return [own]
  const others: Address[] = [{ url: `${base}${restBase}`, transport: 'HTTP+JSON' }]
  return [own, ...others, ...(grpc === null ? [] : [{ url: grpc, transport: 'GRPC' } as const])]
}
