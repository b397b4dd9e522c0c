import { BinaryReader } from '@bufbuild/protobuf/wire'
import { type ErrorCode, errorCodes } from '@codetether/protocol/errors'
import { grpcStatus } from '@codetether/protocol/grpc-status'
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { codeOfDetails } from '../error-body.ts'
import { ConnectionError, invalidAnswer, RemoteError } from '../errors.ts'
import { isNoTls } from '../http.ts'

/** What a status means where nothing else tells. */
const meanings: ReadonlyMap<number, ErrorCode> = new Map([
  [grpcStatus.INVALID_ARGUMENT, 'INVALID_PARAMS'],
  [grpcStatus.DEADLINE_EXCEEDED, 'REQUEST_TIMEOUT'],
  [grpcStatus.NOT_FOUND, 'TASK_NOT_FOUND'],
  [grpcStatus.PERMISSION_DENIED, 'FORBIDDEN'],
  [grpcStatus.RESOURCE_EXHAUSTED, 'RATE_LIMITED'],
  [grpcStatus.FAILED_PRECONDITION, 'UNSUPPORTED_OPERATION'],
  [grpcStatus.ABORTED, 'CONFLICT'],
  [grpcStatus.OUT_OF_RANGE, 'CURSOR_GONE'],
  [grpcStatus.UNIMPLEMENTED, 'METHOD_NOT_FOUND'],
  [grpcStatus.UNAVAILABLE, 'UNAVAILABLE'],
  [grpcStatus.UNAUTHENTICATED, 'UNAUTHENTICATED'],
])

type Fields = [number: number, value: Uint8Array | number][]

/** Every field of a message that is bytes or a number, in order. */
const fieldsIn = (bytes: Uint8Array): Fields => {
  const reader = new BinaryReader(bytes)
  const fields: Fields = []
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag()
    if (type === 2) fields.push([number, reader.bytes()])
    else if (type === 0) fields.push([number, Number(reader.uint64())])
    else reader.skip(type, number)
  }
  return fields
}

const messagesIn = (bytes: Uint8Array, wanted: number): Uint8Array[] =>
  fieldsIn(bytes).flatMap(([number, value]) => (number === wanted && typeof value !== 'number' ? [value] : []))

const textIn = (bytes: Uint8Array, wanted: number): string =>
  messagesIn(bytes, wanted)
    .map(value => new TextDecoder().decode(value))
    .join('')

const numberIn = (bytes: Uint8Array, wanted: number): number =>
  fieldsIn(bytes).reduce(
    (found, [number, value]) => (number === wanted && typeof value === 'number' ? value : found),
    0,
  )

const readers: Readonly<Record<string, (value: Uint8Array) => object>> = {
  'type.googleapis.com/google.rpc.ErrorInfo': value => ({
    reason: textIn(value, 1),
    domain: textIn(value, 2),
    metadata: Object.fromEntries(messagesIn(value, 3).map(entry => [textIn(entry, 1), textIn(entry, 2)])),
  }),
  'type.googleapis.com/google.rpc.BadRequest': value => ({
    fieldViolations: messagesIn(value, 1).map(violation => ({
      ...{ field: textIn(violation, 1), description: textIn(violation, 2) },
    })),
  }),
  'type.googleapis.com/google.rpc.RetryInfo': value => ({
    retryDelay: `${messagesIn(value, 1).reduce((_, duration) => numberIn(duration, 1), 0)}s`,
  }),
}

/** The details of google.rpc.Status in trailers, as ProtoJSON: those of the kinds that are read here. */
const detailsIn = (metadata: Metadata): object[] => {
  const [bytes] = metadata.get('grpc-status-details-bin')
  if (bytes === undefined || typeof bytes === 'string') return []
  try {
    return messagesIn(bytes, 3).flatMap(any => {
      const type = textIn(any, 1)
      const [value] = messagesIn(any, 2)
      const read = readers[type]
      return read === undefined || value === undefined ? [] : [{ '@type': type, ...read(value) }]
    })
  } catch {
    return []
  }
}

/** Seconds that the server asks to wait. */
const retryAfterIn = (details: readonly object[]): number | undefined => {
  const delay = details.map(detail => ('retryDelay' in detail ? String(detail.retryDelay) : '')).find(Boolean)
  return delay === undefined ? undefined : Number(delay.replace(/s$/, ''))
}

/** Ends of a call that the library makes up where the server has said nothing: nobody there, or the line has broken. */
const brokenLine: ReadonlySet<number> = new Set([status.UNAVAILABLE, status.CANCELLED, status.INTERNAL, status.UNKNOWN])

/** What the library says, of which only the last error tells why. */
const reasonOf = (message: string): string => {
  if (isNoTls(message)) return 'no TLS is spoken there; an address with http:// may be meant'
  return /Last error: (.*?)\.? ?(?:Resolution note.*)?$/s.exec(message)?.[1] || message
}

/** What the end of a call means: a lost connection, or an error of the server (A2A v1.0 §10.6). */
export const fromServiceError = ({ code, details: message, metadata }: ServiceError, url: string): Error => {
  const isSilent = Object.keys(metadata.getMap()).length === 0
  if (isSilent && brokenLine.has(code))
    return new ConnectionError(`no connection to ${url} by gRPC: ${reasonOf(message)}`)
  if (isSilent && code === status.RESOURCE_EXHAUSTED) return invalidAnswer(`${url} answers with too much: ${message}`)
  if (code === status.DEADLINE_EXCEEDED) return new ConnectionError(`no answer from ${url} in time`, { timedOut: true })
  const details = detailsIn(metadata)
  const meaning = errorCodes[meanings.get(code) ?? 'INTERNAL']
  return new RemoteError(codeOfDetails(details) ?? meaning.rpc, message || `${url} ends the call with status ${code}`, {
    ...{ data: details, httpStatus: meaning.http, retryAfter: retryAfterIn(details) },
  })
}
