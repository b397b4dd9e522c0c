import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, fromHttpStatus, RemoteError } from '@codetether/client/errors'
import { PlatformError } from '@codetether/protocol/errors'
import { describeFailure, HintedError, UsageError } from './failure.ts'
import { Interruption, OutputClosed, TimeLimitReached } from './interruption.ts'

const table: [what: string, error: unknown, exitCode: number, code: string][] = [
  ['wrong usage', new UsageError('no text'), 2, 'USAGE'],
  ['wrong settings', new PlatformError('INVALID_PARAMS', 'port'), 2, 'INVALID_PARAMS'],
  ['a port in use', new PlatformError('CONFLICT', 'port 8000 is in use'), 5, 'CONFLICT'],
  ['a database that is away', new PlatformError('UNAVAILABLE', 'later'), 75, 'UNAVAILABLE'],
  ['an unknown task', new RemoteError(-32001, 'no such task'), 3, 'TASK_NOT_FOUND'],
  ['a finished task', new RemoteError(-32002, 'finished'), 5, 'TASK_NOT_CANCELABLE'],
  [
    'a message to a finished task',
    new RemoteError(-32004, 'ended', { data: [{ metadata: { state: 'completed' } }] }),
    5,
    'UNSUPPORTED_OPERATION',
  ],
  ['what a server cannot do', new RemoteError(-32004, 'no'), 1, 'UNSUPPORTED_OPERATION'],
  ['wrong params', new RemoteError(-32602, 'wrong'), 2, 'INVALID_PARAMS'],
  ['no token', new RemoteError(-31401, 'who?', { httpStatus: 401 }), 4, 'UNAUTHENTICATED'],
  ['a foreign code behind 401', new RemoteError(-32099, 'who?', { httpStatus: 401 }), 4, 'UNAUTHENTICATED'],
  ['a foreign code behind 200', new RemoteError(-32099, 'odd'), 1, 'REMOTE_ERROR'],
  ['an internal error', new RemoteError(-32603, 'broken'), 1, 'INTERNAL'],
  ['an internal error behind 404', new RemoteError(-32603, 'broken', { httpStatus: 404 }), 3, 'NOT_FOUND'],
  ['HTTP 403', fromHttpStatus(403, 'no'), 4, 'FORBIDDEN'],
  ['HTTP 404', fromHttpStatus(404, 'no'), 3, 'NOT_FOUND'],
  ['HTTP 409', fromHttpStatus(409, 'no'), 5, 'CONFLICT'],
  ['HTTP 429', fromHttpStatus(429, 'no'), 75, 'RATE_LIMITED'],
  ['HTTP 500', fromHttpStatus(500, 'no'), 1, 'INTERNAL'],
  ['HTTP 502', fromHttpStatus(502, 'no'), 75, 'UNAVAILABLE'],
  ['a refused connection', new ConnectionError('refused'), 75, 'CONNECTION'],
  ['an answer that does not come', new ConnectionError('late', { timedOut: true }), 75, 'TIMEOUT'],
  ['--timeout', new TimeLimitReached('late'), 75, 'TIMEOUT'],
  ['Ctrl-C', new Interruption('SIGINT'), 130, 'INTERRUPTED'],
  ['SIGTERM', new Interruption('SIGTERM'), 143, 'INTERRUPTED'],
  ['a reader that went away', new OutputClosed('closed'), 0, 'OK'],
  ['a defect', new TypeError('x is undefined'), 1, 'DEFECT'],
]

for (const [what, error, exitCode, code] of table) {
  test(`${what} ends with ${exitCode}`, () => {
    const failure = describeFailure(error)
    assert.deepEqual([failure.exitCode, failure.code], [exitCode, code])
  })
}

test('a hint of the command replaces the general one', () => {
  const failure = describeFailure(new HintedError(new RemoteError(-32001, 'no such task'), 'look elsewhere'))
  assert.deepEqual([failure.code, failure.message, failure.hint], ['TASK_NOT_FOUND', 'no such task', 'look elsewhere'])
})
