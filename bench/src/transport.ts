import { type Fields, textIn } from './child/shape.ts'

/** The bindings of A2A v1.0. */
export const transports = ['JSON-RPC', 'HTTP+JSON', 'gRPC'] as const

export type Transport = (typeof transports)[number]

/** Where a server answers each of them: the last one by the origin of its own port. */
export type Doors = Readonly<Record<Transport, string>>

export function transportIn(fields: Fields, key: string): Transport {
  const text = textIn(fields, key)
  const found = transports.find(transport => transport === text)
  if (found === undefined) throw new TypeError(`no transport ${text}`)
  return found
}

export const doorsIn = (fields: Fields): Doors => ({
  'JSON-RPC': textIn(fields, 'JSON-RPC'),
  'HTTP+JSON': textIn(fields, 'HTTP+JSON'),
  gRPC: textIn(fields, 'gRPC'),
})
