import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, errorCodes, PlatformError } from '@codetether/protocol/errors'
import { toGrpcStatus } from './grpc-error.ts'

const detailsOf = (error: PlatformError): Buffer => {
  const [bytes] = toGrpcStatus(error).metadata.get('grpc-status-details-bin')
  assert.ok(Buffer.isBuffer(bytes))
  return bytes
}

test('the errors of A2A have the codes of its column for gRPC, v1.0.1 §5.4', () => {
  const expected: [ErrorCode, number][] = [
    ['TASK_NOT_FOUND', 5],
    ['TASK_NOT_CANCELABLE', 9],
    ['PUSH_NOTIFICATION_NOT_SUPPORTED', 9],
    ['UNSUPPORTED_OPERATION', 9],
    ['CONTENT_TYPE_NOT_SUPPORTED', 3],
    ['INVALID_AGENT_RESPONSE', 13],
    ['EXTENDED_CARD_NOT_CONFIGURED', 9],
    ['EXTENSION_SUPPORT_REQUIRED', 9],
    ['VERSION_NOT_SUPPORTED', 9],
  ]
  for (const [code, status] of expected) assert.equal(toGrpcStatus(new PlatformError(code, 'no')).code, status, code)
})

test('what callers do wrong is never INTERNAL or UNKNOWN', () => {
  for (const [code, { http, status }] of Object.entries(errorCodes))
    if (http < 500) assert.notEqual(status, 'INTERNAL', code)
})

test('many violations and a task do not burst the trailers', () => {
  const fieldViolations = Array.from({ length: 20 }, () => ({ field: 'f'.repeat(256), description: 'd'.repeat(256) }))
  const error = new PlatformError('INVALID_PARAMS', 'wrong', { fieldViolations, snapshot: { text: 'x'.repeat(1e6) } })
  const bytes = detailsOf(error)
  assert.ok(bytes.length > 2_000 && bytes.length < 5_000, `${bytes.length} bytes`)
})

test('half of a surrogate pair, which a header cannot carry, is replaced', () => {
  const { details } = toGrpcStatus(new PlatformError('INVALID_PARAMS', 'a\ud83d', { metadata: { b: '\ude00', c: 1 } }))
  assert.equal(details, 'a\ufffd')
  assert.doesNotThrow(() => encodeURI(details))
})
