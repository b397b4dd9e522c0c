import { errorCodes } from '@codetether/protocol/errors'
import { resumeUri } from '@codetether/protocol/resume-extension'
import { type CallOptions, type Client, Metadata, type ServiceError } from '@grpc/grpc-js'
import { credentials } from '../credentials.ts'
import type { Endpoint } from '../endpoint.ts'
import { ConnectionError, invalidAnswer, RemoteError } from '../errors.ts'
import type { Grpc, GrpcCallOptions, GrpcOperation, GrpcStreamOptions } from '../grpc.ts'
import type { Operation } from '../operation.ts'
import { fromServiceError } from './grpc-status.ts'
import { type GrpcMethod, grpcMethods } from './methods.ts'
import { type ChannelOptions, openChannel } from './open-channel.ts'

const asIs = (bytes: Buffer): Buffer => bytes

/** Credentials, version and extensions (A2A v1.0 §10.4) as the metadata of a call. */
const metadataOf = (endpoint: Endpoint, { headers }: ChannelOptions, lastEventId?: string): Metadata => {
  const { version, attaches } = endpoint
  const extensions = version === '0.3' ? 'x-a2a-extensions' : 'a2a-extensions'
  const entries = {
    ...headers?.(),
    'a2a-version': version,
    ...credentials(endpoint),
    // Whoever names a version here means it.
    ...endpoint.headers,
    ...(attaches && { [extensions]: resumeUri }),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  }
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(entries)) {
    try {
      metadata.set(name.toLowerCase(), value)
    } catch (cause) {
      throw new ConnectionError(`no connection to ${endpoint.url}: the value of ${name} cannot be sent`, { cause })
    }
  }
  return metadata
}

const methodOf = ({ version }: Endpoint, { name }: GrpcOperation): GrpcMethod => {
  const method = grpcMethods[version][name]
  if (method) return method
  throw new RemoteError(errorCodes.METHOD_NOT_FOUND.rpc, `A2A ${version} has no ${name} over gRPC`)
}

const requestOf = (method: GrpcMethod, { tenant }: Endpoint, { id, params }: GrpcOperation): Buffer =>
  method.toRequest({ ...(tenant && { tenant }), ...(id !== undefined && { id }), ...params })

const read = (method: GrpcMethod, bytes: Buffer, url: string): unknown => {
  try {
    return method.fromResponse(bytes)
  } catch (cause) {
    throw invalidAnswer(`${url} answers by gRPC with something that A2A does not know`, { cause })
  }
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error

const failureOf = (error: unknown, url: string, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason
  return isServiceError(error) ? fromServiceError(error, url) : error
}

/** Cancels a call when the signal is aborted, until disposed. */
const cancelOn = (signal: AbortSignal, call: { cancel(): void }): Disposable => {
  const cancel = () => call.cancel()
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', cancel) }
}

const unary = (
  client: Client,
  path: string,
  request: Buffer,
  given: { metadata: Metadata; signal: AbortSignal } & CallOptions,
) => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const { metadata, signal, ...options } = given
  const call = client.makeUnaryRequest(path, asIs, asIs, request, metadata, options, (error, bytes) => {
    if (error === null && bytes !== undefined) resolve(bytes)
    else reject(error)
  })
  const listening = cancelOn(signal, call)
  return promise.finally(() => listening[Symbol.dispose]())
}

export const openGrpc = (options: ChannelOptions = {}): Grpc => ({
  async call(endpoint: Endpoint, operation: GrpcOperation, { signal, timeoutMs }: GrpcCallOptions) {
    const method = methodOf(endpoint, operation)
    const request = requestOf(method, endpoint, operation)
    const metadata = metadataOf(endpoint, options)
    const client = await openChannel(endpoint, options, signal)
    try {
      const deadline = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs }
      const bytes = await unary(client, method.path, request, { metadata, signal, ...deadline })
      return read(method, bytes, endpoint.url)
    } catch (error) {
      throw failureOf(error, endpoint.url, signal)
    } finally {
      client.close()
    }
  },
  async *stream(endpoint: Endpoint, operation: Operation, { signal, lastEventId, onOpen }: GrpcStreamOptions) {
    const method = methodOf(endpoint, operation)
    const request = requestOf(method, endpoint, operation)
    const metadata = metadataOf(endpoint, options, lastEventId)
    const client = await openChannel(endpoint, options, signal)
    const call = client.makeServerStreamRequest(method.path, asIs, asIs, request, metadata)
    using _ = cancelOn(signal, call)
    call.once('metadata', onOpen)
    try {
      for await (const bytes of call) yield read(method, bytes, endpoint.url)
    } catch (error) {
      throw failureOf(error, endpoint.url, signal)
    } finally {
      call.cancel()
      client.close()
    }
  },
})
