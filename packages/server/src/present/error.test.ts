import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, errorCodes, PlatformError } from '@codetether/protocol/errors'
import { RpcResponse } from '@codetether/protocol/json-rpc'
import { presentHttpError, presentRpcError } from './error.ts'

const codes = Object.keys(errorCodes).filter((code): code is ErrorCode => code in errorCodes)
const info = (reason: string, domain: string, metadata = {}) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain,
  metadata,
})

const a2a = codes.filter(code => errorCodes[code].rpc <= -32000)

test('an error of A2A names its reason in the domain of A2A', () => {
  const error = new PlatformError('TASK_NOT_FOUND', 'no such task', { metadata: { taskId: 't' } })
  const expected = {
    code: -32001,
    message: 'no such task',
    data: [info('TASK_NOT_FOUND', 'a2a-protocol.org', { taskId: 't' })],
  }
  assert.deepEqual(presentRpcError(error), expected)
  assert.deepEqual(RpcResponse.parse({ jsonrpc: '2.0', id: 1, error: expected }).error, expected)
})

for (const code of codes)
  test(`${code} has the domain of ${a2a.includes(code) ? 'A2A' : 'the platform'} and a status that has a name`, () => {
    const error = new PlatformError(code, 'no')
    const reason = code === 'EXTENDED_CARD_NOT_CONFIGURED' ? 'EXTENDED_AGENT_CARD_NOT_CONFIGURED' : code
    const details = [info(reason, a2a.includes(code) ? 'a2a-protocol.org' : 'codetether')]
    assert.deepEqual(presentRpcError(error), { code: errorCodes[code].rpc, message: 'no', data: details })
    const { error: shown } = presentHttpError(error)
    assert.deepEqual([shown.code, shown.message, shown.details], [errorCodes[code].http, 'no', details])
    assert.match(shown.status, /^(?!UNKNOWN)[A-Z_]+$/)
  })

test('violations of fields become a BadRequest beside the ErrorInfo', () => {
  const fieldViolations = [{ field: 'message.parts', description: 'is missing' }]
  assert.deepEqual(presentRpcError(new PlatformError('INVALID_PARAMS', 'no', { fieldViolations })).data, [
    info('INVALID_PARAMS', 'a2a-protocol.org'),
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations },
  ])
})

test('the body of REST doors is google.rpc.Status', () => {
  const error = new PlatformError('RATE_LIMITED', 'slowly', { retryAfter: 5, metadata: { limit: 10 } })
  assert.deepEqual(presentHttpError(error), {
    error: {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: 'slowly',
      details: [info('RATE_LIMITED', 'codetether', { limit: 10 })],
    },
  })
})

test('the task that an error carries stands beside its facts', () => {
  const snapshot = { kind: 'task', id: 't' }
  const error = new PlatformError('CURSOR_GONE', 'gone', { metadata: { earliestCursor: 7 }, snapshot })
  assert.deepEqual(presentRpcError(error).data, [info('CURSOR_GONE', 'codetether', { earliestCursor: 7, snapshot })])
  assert.equal(presentHttpError(error).error.code, 410)
})

test('neither the cause nor the stack of an error is shown', () => {
  const error = new PlatformError('INTERNAL', 'internal error', { cause: new Error('canary at db.ts') })
  for (const shown of [presentRpcError(error), presentHttpError(error)])
    assert.doesNotMatch(JSON.stringify(shown), /canary|stack|\.ts/)
})

test('what the state of things forbids has the status that A2A gives it, whatever its number', () => {
  const shown = (code: ErrorCode) => presentHttpError(new PlatformError(code, 'no')).error
  for (const code of ['TASK_NOT_CANCELABLE', 'UNSUPPORTED_OPERATION', 'VERSION_NOT_SUPPORTED'] as const)
    assert.deepEqual([shown(code).code, shown(code).status], [400, 'FAILED_PRECONDITION'])
  assert.deepEqual(
    [shown('CONTENT_TYPE_NOT_SUPPORTED').code, shown('CONTENT_TYPE_NOT_SUPPORTED').status],
    [400, 'INVALID_ARGUMENT'],
  )
})
