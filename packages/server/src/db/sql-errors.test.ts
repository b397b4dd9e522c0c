import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '@codetether/protocol/errors'
import { DatabaseError } from 'pg'
import { isConnectionLost, isRetryable, toPlatformError } from './sql-errors.ts'

const fromDatabase = (code: string) => Object.assign(new DatabaseError('canary', 0, 'error'), { code })
const withCode = (code: string) => Object.assign(new Error('canary'), { code })

for (const code of ['40001', '40P01'])
  test(`the transaction may run again after ${code}, and the caller may too if it stays so`, () => {
    assert.equal(isRetryable(fromDatabase(code)), true)
    const error = toPlatformError(fromDatabase(code))
    assert.ok(error instanceof PlatformError && error.code === 'UNAVAILABLE')
  })

for (const thrown of [fromDatabase('08006'), withCode('ECONNRESET'), new Error('40001'), '40001', null])
  test(`a transaction does not run again after ${String(thrown)}`, () => assert.equal(isRetryable(thrown), false))

const unavailable: [what: string, thrown: unknown][] = [
  ['a connection that failed', fromDatabase('08006')],
  ['too many connections', fromDatabase('53300')],
  ['a full disk', fromDatabase('53100')],
  ['a server that shuts down', fromDatabase('57P01')],
  ['a server that starts', fromDatabase('57P03')],
  ['a statement that took too long', fromDatabase('57014')],
  ['a lock that nobody gives back', fromDatabase('55P03')],
  ['a transaction that idled', fromDatabase('25P03')],
  ['a transaction that took too long', fromDatabase('25P04')],
  ['an error of its disk', fromDatabase('58030')],
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOENT',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ].map((code): [string, unknown] => [code, withCode(code)]),
  ...[
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'timeout exceeded when trying to connect',
  ].map((message): [string, unknown] => [message, new Error(message)]),
]

for (const [what, thrown] of unavailable)
  test(`the database is not available: ${what}`, () => {
    const error = toPlatformError(thrown)
    assert.ok(error instanceof PlatformError)
    assert.equal(error.code, 'UNAVAILABLE')
    assert.equal(error.details.retryAfter, 1)
    assert.equal(error.cause, thrown)
    assert.doesNotMatch(error.message, /canary/)
  })

for (const code of ['22P05', '22P02', '22021', '22003'])
  test(`a value that the database cannot hold is the caller’s: ${code}`, () => {
    const thrown = fromDatabase(code)
    const error = toPlatformError(thrown)
    assert.ok(error instanceof PlatformError)
    assert.deepEqual([error.code, error.message, error.cause], ['INVALID_PARAMS', 'a value cannot be stored', thrown])
  })

test('of two that want what only one may have the second gets a conflict', () => {
  const thrown = fromDatabase('23505')
  const error = toPlatformError(thrown)
  assert.ok(error instanceof PlatformError)
  assert.deepEqual([error.code, error.cause], ['CONFLICT', thrown])
})

test('a statement that is refused tells nothing about the connection, and one that is lost does', () => {
  for (const code of ['55P03', '57014', '40P01', '40001'])
    assert.equal(isConnectionLost(toPlatformError(fromDatabase(code))), false, code)
  for (const code of ['57P01', '08006', '53300'])
    assert.equal(isConnectionLost(toPlatformError(fromDatabase(code))), true, code)
  assert.equal(isConnectionLost(toPlatformError(fromDatabase('22P02'))), false)
})

const unknown: unknown[] = [
  fromDatabase('42601'),
  fromDatabase('42501'),
  fromDatabase('28000'),
  new DatabaseError('without a code', 0, 'error'),
  withCode('22P05'),
  withCode('EACCES'),
  new TypeError('not a function'),
  'ECONNREFUSED',
  undefined,
  null,
]

for (const thrown of unknown)
  test(`what is neither stays what it is: ${String(thrown)}`, () => assert.equal(toPlatformError(thrown), thrown))

test('an error of the closed list stays what it is', () => {
  const error = new PlatformError('CONFLICT', 'no')
  assert.equal(toPlatformError(error), error)
})
