import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromErrorBody } from './error-body.ts'

const info = (reason: string) => [
  { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'a2a-protocol.org' },
]

const shapes: [what: string, status: number, body: unknown, code: number | undefined][] = [
  [
    'google.rpc.Status with a reason',
    404,
    { error: { code: 404, message: 'm', details: info('TASK_NOT_FOUND') } },
    -32001,
  ],
  [
    'a reason of v1.0 that has another name here',
    400,
    { error: { message: 'm', details: info('EXTENDED_AGENT_CARD_NOT_CONFIGURED') } },
    -32007,
  ],
  [
    'a reason that this platform has no use for',
    400,
    { error: { message: 'm', details: info('EXTENSION_SUPPORT_REQUIRED') } },
    -32008,
  ],
  ['a reason that nobody knows', 409, { error: { message: 'm', details: info('constructor') } }, -31409],
  ['google.rpc.Status without details', 403, { error: { code: 403, message: 'm' } }, -31403],
  ['an error of JSON-RPC inside', 400, { error: { code: -32602, message: 'm' } }, -32602],
  ['a bare error of JSON-RPC', 404, { code: -32001, message: 'm' }, -32001],
  ['a bare error within a stream', 200, { code: -32603, message: 'm' }, -32603],
  ['a bare status', 401, { code: 401, message: 'm' }, -31401],
  ['problem details', 415, { type: 'about:blank', title: 't', detail: 'm' }, -31415],
  ['a task', 200, { id: 't1', status: { state: 'TASK_STATE_WORKING' } }, undefined],
  ['a page', 502, 'Bad gateway', undefined],
]

for (const [what, httpStatus, body, code] of shapes)
  test(`an error is read from ${what}`, () => {
    const error = fromErrorBody(body, { httpStatus, retryAfter: 7 })
    assert.equal(error?.code, code)
    if (error) assert.deepEqual([error.message, error.httpStatus, error.retryAfter], ['m', httpStatus, 7])
  })
