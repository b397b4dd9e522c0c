import { settingFacts } from './setting-facts.ts'
import * as type from './setting-types.ts'

/** A2A over gRPC, on a port of its own. */
export const grpcSettings = {
  grpcPort: type
    .wholeNumber(0, 65_535)
    .optional()
    .register(settingFacts, {
      group: 'gRPC',
      env: ['A2A_GRPC_PORT'],
      description: 'Port for A2A over gRPC, on the address of A2A_HOST; 0 takes any free one, which the log names.',
      unset: 'no gRPC',
      show: config => (config.grpc === undefined ? undefined : String(config.grpc.port)),
    }),
  grpcTlsCert: type
    .text(4096)
    .optional()
    .register(settingFacts, {
      group: 'gRPC',
      env: ['A2A_GRPC_TLS_CERT'],
      description: 'File with the certificate chain of the gRPC port, in PEM. Without it the port speaks without TLS.',
      security: true,
      show: config => config.grpc?.tls?.cert,
    }),
  grpcTlsKey: type
    .text(4096)
    .optional()
    .register(settingFacts, {
      group: 'gRPC',
      env: ['A2A_GRPC_TLS_KEY'],
      description: 'File with the private key of that certificate, in PEM.',
      security: true,
      show: config => config.grpc?.tls?.key,
    }),
  grpcPublicAddress: type.hostAndPort.optional().register(settingFacts, {
    group: 'gRPC',
    env: ['A2A_GRPC_PUBLIC_ADDRESS'],
    description: 'host:port where callers reach gRPC; the agent card names it. Set it behind a proxy.',
    unset: 'the host of the server’s URL, and the port',
    show: config => config.grpc?.publicAddress,
  }),
}
