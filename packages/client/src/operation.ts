/** What a client asks of an agent, whatever the version and the transport (A2A v1.0 §3.1). */
export interface Operation {
  name: 'send' | 'stream' | 'get' | 'list' | 'cancel' | 'subscribe'
  /** The task that is meant. */
  id?: string
  /** Everything else, as it travels. */
  params: Readonly<Record<string, unknown>>
}

/** Versions of A2A that this client speaks, as `Major.Minor`; the newest first. */
export const protocolVersions = ['1.0', '0.3'] as const
export type ProtocolVersion = (typeof protocolVersions)[number]

/** Transports that this client speaks, by the names that cards use (A2A v1.0 §5.8). */
export const transportNames = ['JSONRPC', 'HTTP+JSON', 'GRPC'] as const
export type TransportName = (typeof transportNames)[number]
