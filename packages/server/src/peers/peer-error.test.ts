import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, RemoteError, UntrustedCardError } from '@codetether/client/errors'
import { PlatformError } from '@codetether/protocol/errors'
import { peerError } from './peer-error.ts'

const codeOf = (error: unknown, isSafe = false, hasBegun = false): string | undefined => {
  const found = peerError(error, { url: 'https://peer.example/a', isSafe, hasBegun })
  return found instanceof PlatformError ? found.code : undefined
}

const lost = (code?: string) =>
  new ConnectionError('lost', code === undefined ? {} : { cause: Object.assign(new Error('x'), { code }) })

test('another attempt is made only where it does nothing twice', () => {
  assert.equal(codeOf(lost('ECONNREFUSED')), 'UNAVAILABLE')
  assert.equal(codeOf(new ConnectionError('by gRPC: connect ECONNREFUSED 192.0.2.1:1')), 'UNAVAILABLE')
  assert.equal(codeOf(lost('ECONNREFUSED'), false, true), 'INVALID_AGENT_RESPONSE')
  assert.equal(codeOf(lost('ECONNRESET')), 'INVALID_AGENT_RESPONSE')
  assert.equal(codeOf(lost('ECONNRESET'), true), 'UNAVAILABLE')
  assert.equal(codeOf(lost()), 'INVALID_AGENT_RESPONSE')
  assert.equal(codeOf(new ConnectionError('late', { timedOut: true }), true), 'REQUEST_TIMEOUT')
  assert.equal(codeOf(new RemoteError(-32000, 'busy', { httpStatus: 503 })), 'UNAVAILABLE')
})

test('what the other agent answers keeps its code, by name where two share one', () => {
  const conflict = (reason: string) => new RemoteError(-31409, 'no', { data: [{ reason }] })
  assert.equal(codeOf(conflict('TOO_MANY_HOPS')), 'TOO_MANY_HOPS')
  assert.equal(codeOf(conflict('CONFLICT')), 'CONFLICT')
  assert.equal(codeOf(conflict('PARSE_ERROR')), 'CONFLICT')
  assert.equal(codeOf(new RemoteError(-32001, 'no')), 'TASK_NOT_FOUND')
  assert.equal(codeOf(new RemoteError(-1, 'strange')), 'INVALID_AGENT_RESPONSE')
  assert.equal(codeOf(new UntrustedCardError('unsigned')), 'FORBIDDEN')
})

test('other errors are left as they are', () => {
  const own = new PlatformError('LEASE_LOST', 'gone')
  assert.equal(peerError(own, { url: 'no url', isSafe: false, hasBegun: false }), own)
})
