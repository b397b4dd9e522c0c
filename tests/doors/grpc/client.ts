import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { LegacyA2AService } from '@a2a-js/sdk/compat/v0_3/server/grpc'
import { A2AService } from '@a2a-js/sdk/server/grpc'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientOptions,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js'
import type { Platform } from '../../platform.ts'

/** Bytes as they are: what a client with types could not send can be sent too. */
const asIs = (bytes: Buffer): Buffer => bytes

export interface GrpcAnswer {
  code: number
  details: string
  /** The reason of google.rpc.ErrorInfo and its domain, and the fields of google.rpc.BadRequest. */
  error: {
    reason: string
    domain: string
    metadata: Record<string, string>
    fields: string[]
    descriptions: string[]
  } | null
  message: Buffer | null
  /** What stood before the answer. */
  headers: Metadata
  /** google.rpc.Status as it travelled. */
  raw: string
}

export interface GrpcOptions extends CallOptions {
  metadata?: Record<string, string>
}

/** A client that sends and receives bytes. */
export interface GrpcClient extends Disposable {
  call(path: string, request: Buffer, options?: GrpcOptions): Promise<GrpcAnswer>
  stream(path: string, request: Buffer, options?: GrpcOptions): ClientReadableStream<Buffer>
}

const metadataOf = ({ metadata = {} }: GrpcOptions): Metadata => {
  const made = new Metadata()
  for (const [key, value] of Object.entries(metadata)) made.set(key, value)
  return made
}

interface ClientAt extends ClientOptions {
  channel?: ChannelCredentials
}

export const grpcClient = ({ server }: Pick<Platform, 'server'>, options?: ClientAt): GrpcClient =>
  grpcClientAt(`localhost:${server.grpcPort}`, options)

export function grpcClientAt(
  address: string,
  { channel = credentials.createInsecure(), ...options }: ClientAt = {},
): GrpcClient {
  const client = new Client(address, channel, {
    'grpc.max_receive_message_length': -1,
    ...options,
  })
  return {
    async call(path, request, options = {}) {
      const { promise, resolve } = Promise.withResolvers<[error: ServiceError | null, message?: Buffer | undefined]>()
      const call = client.makeUnaryRequest(path, asIs, asIs, request, metadataOf(options), options, (...given) =>
        resolve(given),
      )
      let headers = new Metadata()
      call.once('metadata', given => {
        headers = given
      })
      const [error, message] = await promise
      return { ...answerOf(error), message: message ?? null, headers }
    },
    stream: (path, request, options = {}) =>
      client.makeServerStreamRequest(path, asIs, asIs, request, metadataOf(options), options),
    [Symbol.dispose]: () => client.close(),
  }
}

/** The end of a call. */
export function answerOf(status: Pick<StatusObject, 'code' | 'details' | 'metadata'> | null) {
  const [bytes] = status?.metadata.get('grpc-status-details-bin') ?? []
  const raw = Buffer.from(bytes ?? '')
  return {
    code: status?.code ?? 0,
    details: status?.details ?? '',
    raw: raw.toString('hex'),
    error: raw.length === 0 ? null : readStatus(raw),
  }
}

/** Waits for the status with which a stream ends. */
export async function endOf(stream: ClientReadableStream<Buffer>): Promise<ReturnType<typeof answerOf>> {
  // The error that comes with it says the same.
  stream.on('error', () => undefined)
  const { promise, resolve } = Promise.withResolvers<StatusObject>()
  stream.once('status', resolve)
  return answerOf(await promise)
}

/** The fields of a message with what stands in them, all of them length-delimited. */
function* fieldsOf(bytes: Uint8Array): Generator<[number: number, bytes: Uint8Array]> {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag()
    if (type === 2) yield [number, reader.bytes()]
    else reader.skip(type)
  }
}

const textIn = (bytes: Uint8Array, wanted: number): string =>
  [...fieldsOf(bytes)].map(([number, value]) => (number === wanted ? Buffer.from(value).toString() : '')).join('')

function readStatus(status: Uint8Array) {
  const error = {
    reason: '',
    domain: '',
    metadata: {} as Record<string, string>,
    fields: [] as string[],
    descriptions: [] as string[],
  }
  for (const [number, any] of fieldsOf(status)) {
    if (number !== 3) continue
    const value = [...fieldsOf(any)].find(([field]) => field === 2)?.[1] ?? new Uint8Array()
    const type = textIn(any, 1)
    if (type === 'type.googleapis.com/google.rpc.ErrorInfo') {
      error.reason = textIn(value, 1)
      error.domain = textIn(value, 2)
      for (const [field, entry] of fieldsOf(value)) if (field === 3) error.metadata[textIn(entry, 1)] = textIn(entry, 2)
    }
    if (type === 'type.googleapis.com/google.rpc.BadRequest')
      for (const [, violation] of fieldsOf(value)) {
        error.fields.push(textIn(violation, 1))
        error.descriptions.push(textIn(violation, 2))
      }
  }
  return error
}

/** The paths of v0.3. */
export const path03 = (method: string): string => `/a2a.v1.A2AService/${method}`

/** The paths of v1.0. */
export const path10 = (method: string): string => `/lf.a2a.v1.A2AService/${method}`

/** A request of v0.3 that sends a text. */
export const sending03 = (text: string): Buffer =>
  LegacyA2AService.sendMessage.requestSerialize({
    request: {
      ...{ messageId: crypto.randomUUID(), contextId: '', taskId: '', role: 1, metadata: undefined, extensions: [] },
      content: [{ part: { $case: 'text', value: text } }],
    },
    configuration: undefined,
    metadata: undefined,
  })

/** A request of v1.0 that sends a text. */
export const sending = (
  text: string,
  { metadata, ...more }: { metadata?: object; taskId?: string; messageId?: string } = {},
  returnImmediately = false,
): Buffer =>
  A2AService.sendMessage.requestSerialize({
    tenant: '',
    message: {
      messageId: crypto.randomUUID(),
      contextId: '',
      taskId: '',
      role: 1,
      parts: [{ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' }],
      metadata,
      extensions: [],
      referenceTaskIds: [],
      ...more,
    },
    configuration: { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately },
    metadata: undefined,
  })

export const naming = (id: string, historyLength?: number): Buffer =>
  A2AService.getTask.requestSerialize({ tenant: '', id, historyLength })

/** The task in the answer to SendMessage. */
export function taskIn({ message }: GrpcAnswer) {
  const { payload } = A2AService.sendMessage.responseDeserialize(message ?? Buffer.alloc(0))
  if (payload?.$case !== 'task') throw new Error('there is no task in the answer')
  return payload.value
}

export const frameIn = (bytes: Buffer) => A2AService.subscribeToTask.responseDeserialize(bytes).payload

/** A call by hand, on a connection of its own: what comes back is not read unless the test reads it. */
export function rawCall(
  { server }: Pick<Platform, 'server'>,
  path: string,
  { request = Buffer.alloc(0), flag = 0, headers = {} }: { request?: Buffer; flag?: number; headers?: object } = {},
): { session: ClientHttp2Session; stream: ClientHttp2Stream } {
  const session = connect(`http://localhost:${server.grpcPort}`)
  session.on('error', () => undefined)
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  stream.on('error', () => undefined)
  const length = Buffer.alloc(5, flag)
  length.writeUInt32BE(request.length, 1)
  stream.end(Buffer.concat([length, request]))
  return { session, stream }
}
