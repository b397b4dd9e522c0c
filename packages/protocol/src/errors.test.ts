import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { test } from 'node:test'
import { type ErrorCode, errorCodes, PlatformError } from './errors.ts'

const rows = Object.entries(errorCodes).map(([code, numbers]) => ({ code, ...numbers }))

test('each JSON-RPC code stands for one error, except that a lost lease and a loop of agents are conflicts', () => {
  const byRpc = Map.groupBy(rows, row => row.rpc)
  const shared = [...byRpc.values()].filter(group => group.length > 1).map(group => group.map(row => row.code))
  assert.deepEqual(shared, [['CONFLICT', 'LEASE_LOST', 'TOO_MANY_HOPS']])
})

test('each error has an HTTP status that exists and says that something failed', () => {
  for (const { code, http } of rows) assert.ok(http >= 400 && http < 600 && STATUS_CODES[http], `${code}: ${http}`)
})

test('the codes of JSON-RPC 2.0 and of A2A have the numbers that their specifications give them', () => {
  const given: [ErrorCode, number][] = [
    ['PARSE_ERROR', -32700],
    ['INVALID_REQUEST', -32600],
    ['METHOD_NOT_FOUND', -32601],
    ['INVALID_PARAMS', -32602],
    ['INTERNAL', -32603],
    ['TASK_NOT_FOUND', -32001],
    ['TASK_NOT_CANCELABLE', -32002],
    ['PUSH_NOTIFICATION_NOT_SUPPORTED', -32003],
    ['UNSUPPORTED_OPERATION', -32004],
    ['CONTENT_TYPE_NOT_SUPPORTED', -32005],
    ['INVALID_AGENT_RESPONSE', -32006],
    ['EXTENDED_CARD_NOT_CONFIGURED', -32007],
    ['EXTENSION_SUPPORT_REQUIRED', -32008],
    ['VERSION_NOT_SUPPORTED', -32009],
  ]
  for (const [code, rpc] of given) assert.equal(errorCodes[code].rpc, rpc, code)
  const reserved = rows.filter(({ rpc }) => rpc >= -32768 && rpc <= -32000).map(row => row.code)
  assert.deepEqual(reserved.sort(), given.map(([code]) => code).sort(), 'no code of our own is in the reserved range')
})

test('the code of a platform error of our own is -31000 minus its HTTP status', () => {
  for (const { code, rpc, http } of rows.filter(row => row.rpc > -32000)) assert.equal(rpc, -31000 - http, code)
})

test('an error knows its code, its numbers, its message and its details', () => {
  const error = new PlatformError('RATE_LIMITED', 'slowly', { retryAfter: 5 })
  assert.ok(error instanceof Error)
  assert.deepEqual(
    [error.name, error.code, error.rpcCode, error.httpStatus, error.message, error.details.retryAfter],
    ['PlatformError', 'RATE_LIMITED', -31429, 429, 'slowly', 5],
  )
})

test('the cause is kept, and there is none if none was given', () => {
  const cause = new Error('why')
  assert.equal(new PlatformError('INTERNAL', 'failed', { cause }).cause, cause)
  assert.equal('cause' in new PlatformError('INTERNAL', 'failed'), false)
})
