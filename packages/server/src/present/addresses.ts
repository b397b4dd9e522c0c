import type { CardSubject } from './card-subject.ts'
import { restBase } from './rest-base.ts'

export interface Address {
  url: string
  transport: 'JSONRPC' | 'HTTP+JSON'
}

/** Where the subject of a card answers, the preferred address first. An agent's own address has JSON-RPC alone. */
export const addressesOf = (base: string, { path }: CardSubject): [Address, ...Address[]] => {
  const own: Address = { url: `${base}${path}`, transport: 'JSONRPC' }
  return path === '/' ? [own, { url: `${base}${restBase}`, transport: 'HTTP+JSON' }] : [own]
}
