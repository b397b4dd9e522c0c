import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { PlatformError } from '@codetether/protocol/errors'
import { limits } from '@codetether/protocol/limits'
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import type { GrpcConfig } from '../../config/config.ts'
import type { Context } from '../../context.ts'
import { addServices } from './add-services.ts'
import { Admission } from './admission.ts'
import { bindingsV03 } from './bindings-v03.ts'
import { bindingsV10 } from './bindings-v10.ts'

/** A gRPC port that answers. Disposing it ends its calls, within a quarter of the time that a stop may take: HTTP stops after it. */
export interface GrpcServer extends AsyncDisposable {
  port: number
}

/**
 * Serves both versions of A2A over gRPC. Loaded only where a port is configured. Throws CONFLICT for a port that is in
 * use (with `metadata.port`), INVALID_PARAMS for a certificate that cannot be used.
 */
export async function startGrpc(ctx: Context, config: GrpcConfig, httpPort: number): Promise<GrpcServer> {
  // The library would write on the console what it also throws.
  setLogVerbosity(logVerbosity.NONE)
  const bindings = [...bindingsV10, ...bindingsV03]
  const admission = new Admission(ctx, bindings)
  const server = new Server({
    'grpc.max_receive_message_length': limits.bodyBytes,
    'grpc.max_send_message_length': -1,
    // Calls besides the streams that one caller may have.
    'grpc.max_concurrent_streams': 2 * limits.streamsPerPrincipal,
    // A client that is gone without a word is noticed, as the comments of an event stream notice it.
    'grpc.keepalive_time_ms': limits.streamHeartbeatMs,
    'grpc.keepalive_timeout_ms': limits.streamHeartbeatMs,
    'grpc.enable_channelz': 0,
    interceptors: [admission.interceptor],
  })
  addServices(server, ctx, { admission, bindings, httpPort })
  const { host } = ctx.config.http
  const address = `${host.includes(':') ? `[${host}]` : host}:${config.port}`
  const port = await bind(server, address, await credentialsOf(config))
  return {
    port,
    [Symbol.asyncDispose]: () => close(server, ctx),
  }
}

async function credentialsOf({ tls }: GrpcConfig): Promise<ServerCredentials> {
  if (!tls) return ServerCredentials.createInsecure()
  try {
    const [certificate, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)])
    // A key that is not that of the certificate would be noticed by the first caller only.
    createSecureContext({ cert: certificate, key })
    return ServerCredentials.createSsl(null, [{ cert_chain: certificate, private_key: key }])
  } catch (cause) {
    throw unusable(cause)
  }
}

const unusable = (cause: unknown) =>
  new PlatformError(
    'INVALID_PARAMS',
    'the files of A2A_GRPC_TLS_CERT and A2A_GRPC_TLS_KEY cannot be used: ' +
      (cause instanceof Error ? cause.message : 'unknown reason'),
    { cause },
  )

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (!error) return resolve(port)
      const number = Number(address.slice(address.lastIndexOf(':') + 1))
      const isTaken = error.message.includes('EADDRINUSE')
      reject(
        isTaken
          ? new PlatformError('CONFLICT', `port ${number} is in use`, { cause: error, metadata: { port: number } })
          : error,
      )
    })
  })
}

/** Waits for the calls in flight, but not for ever. */
async function close(server: Server, { log }: Context): Promise<void> {
  const timer = setTimeout(() => {
    log.warn('gRPC calls are still open, cutting them')
    server.forceShutdown()
  }, limits.gracefulStopMs / 4)
  await new Promise<void>(resolve => server.tryShutdown(() => resolve()))
  clearTimeout(timer)
}
