import type { Codec } from './codec.ts'
import { codecProtoV03 } from './codec-proto-v03.ts'
import { codecV03 } from './codec-v03.ts'
import { codecV10 } from './codec-v10.ts'
import type { Endpoint } from './endpoint.ts'
import { httpJson } from './http-json.ts'
import { jsonRpc } from './json-rpc.ts'
import type { ProtocolVersion, TransportName } from './operation.ts'
import type { Transport } from './transport.ts'

const transports: Readonly<Record<Exclude<TransportName, 'GRPC'>, Transport>> = {
  ...{ JSONRPC: jsonRpc, 'HTTP+JSON': httpJson },
}

const codecs: Readonly<Record<ProtocolVersion, Readonly<Record<TransportName, Codec>>>> = {
  '1.0': { JSONRPC: codecV10, 'HTTP+JSON': codecV10, GRPC: codecV10 },
  '0.3': { JSONRPC: codecV03, 'HTTP+JSON': codecProtoV03, GRPC: codecProtoV03 },
}

/** How requests of HTTP are made. Calls over gRPC are none: throws for them. */
export const transportOf = ({ transport }: Endpoint): Transport => {
  if (transport === 'GRPC') throw new Error('calls over gRPC are no requests of fetch')
  return transports[transport]
}

export const codecOf = ({ version, transport }: Endpoint): Codec => codecs[version][transport]
