import type { Context } from '../context.ts'

/** `host:port` where callers that reach HTTP under `base` reach gRPC; null if there is none (A2A v1.0 §4.4.6). */
export function grpcAddressOf(
  { config, listening }: Pick<Context, 'config' | 'listening'>,
  base: string,
): string | null {
  if (listening.grpcPort === null) return null
  return config.grpc?.publicAddress ?? `${new URL(base).hostname}:${listening.grpcPort}`
}
