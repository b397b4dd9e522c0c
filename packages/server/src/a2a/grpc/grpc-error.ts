import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { FieldViolation, PlatformError } from '@codetether/protocol/errors'
import { grpcStatus } from '@codetether/protocol/grpc-status'
import { Metadata } from '@grpc/grpc-js'
import { errorInfoOf } from '../../present/error.ts'

/** Trailers are headers, of which clients take 8 KiB unless they are told otherwise. This leaves room for base64. */
const mostDetailBytes = 4 * 1024

const type = (name: string) => `type.googleapis.com/google.rpc.${name}`

const any = (name: string, value: Uint8Array): Uint8Array =>
  new BinaryWriter().uint32(10).string(type(name)).uint32(18).bytes(value).finish()

/** Values of google.rpc.ErrorInfo are texts. A task does not fit into trailers: callers get it with another call. */
function errorInfo(error: PlatformError): Uint8Array {
  const { reason, domain, metadata } = errorInfoOf(error)
  const writer = new BinaryWriter().uint32(10).string(reason).uint32(18).string(domain)
  for (const [key, value] of Object.entries(metadata))
    writer
      .uint32(26)
      .fork()
      .uint32(10)
      .string(key)
      .uint32(18)
      .string(typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value))
      .join()
  return any('ErrorInfo', writer.finish())
}

/** As many of the violations as fit. */
function badRequest(violations: readonly FieldViolation[], mostBytes: number): Uint8Array[] {
  const writer = new BinaryWriter()
  let left = mostBytes
  for (const { field, description } of violations) {
    const violation = new BinaryWriter()
      .uint32(10)
      .string(field.toWellFormed())
      .uint32(18)
      .string(description.toWellFormed())
      .finish()
    left -= violation.length + 8
    if (left < 0) break
    writer.uint32(10).bytes(violation)
  }
  const value = writer.finish()
  return value.length === 0 ? [] : [any('BadRequest', value)]
}

const retryInfo = (seconds: number): Uint8Array =>
  any('RetryInfo', new BinaryWriter().uint32(10).fork().uint32(8).uint64(Math.ceil(seconds)).join().finish())

/** What a call ends with. */
export interface GrpcStatus {
  code: number
  details: string
  metadata: Metadata
}

/** An error as the status of a call: google.rpc.Status with ErrorInfo, in trailers (A2A v1.0 §10.6). */
export function toGrpcStatus(error: PlatformError): GrpcStatus {
  const code = grpcStatus[error.status]
  // A text with half of a surrogate pair cannot be written into a header.
  const message = error.message.toWellFormed()
  const { fieldViolations, retryAfter } = error.details
  const info = errorInfo(error)
  const details = [
    info,
    ...(fieldViolations ? badRequest(fieldViolations, mostDetailBytes - info.length - message.length) : []),
    ...(retryAfter === undefined ? [] : [retryInfo(retryAfter)]),
  ]
  const status = new BinaryWriter().uint32(8).int32(code).uint32(18).string(message)
  for (const detail of details) status.uint32(26).bytes(detail)
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(status.finish()))
  return { code, details: message, metadata }
}
