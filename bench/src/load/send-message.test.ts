import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from '../child/shape.ts'
import { ANSWER, requestId } from './requests.ts'
import { sendMessages } from './send-message.ts'

const task = (state = 'TASK_STATE_COMPLETED', text = ANSWER) => ({
  task: { id: 't', status: { state }, artifacts: [{ parts: [{ text }] }] },
})

test('a request of v1.0 is a complete message to the address of its transport', () => {
  for (const [transport, path] of [
    ['JSON-RPC', '/base'],
    ['HTTP+JSON', '/base/message:send'],
  ] as const) {
    const [head = '', body = ''] = sendMessages(transport, 'http://127.0.0.1:80/base', 'cafe0123')
      .write(123_456)
      .split('\r\n\r\n')
    assert.ok(head.startsWith(`POST ${path} HTTP/1.1\r\n`))
    assert.match(head, /a2a-version: 1\.0/i)
    assert.equal(Number(/content-length: (\d+)/i.exec(head)?.[1]), body.length)
    assert.match(body, /"messageId":"cafe0123-0000-7000-8000-000000123456"/)
    if (transport === 'JSON-RPC') assert.equal(fieldsOf(JSON.parse(body)).id, requestId(123_456))
  }
})

test('only a completed task with the echo passes, and over JSON-RPC only in answer to its request', () => {
  const rest = sendMessages('HTTP+JSON', 'http://127.0.0.1:80/', 'cafe0123')
  const check = (body: object, status = 200) => rest.check(7, status, Buffer.from(JSON.stringify(body)))
  assert.equal(check(task()), null)
  assert.match(check(task(), 503) ?? '', /status 503/)
  assert.match(check(task('TASK_STATE_WORKING')) ?? '', /the task is TASK_STATE_WORKING/)
  assert.match(check(task(undefined, 'hello')) ?? '', /lacks the echo/)
  assert.match(check({ message: {} }) ?? '', /not a task/)
  const rpc = sendMessages('JSON-RPC', 'http://127.0.0.1:80/', 'cafe0123')
  const answer = (id: number) => Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: task() }))
  assert.equal(rpc.check(7, 200, answer(requestId(7))), null)
  assert.match(rpc.check(7, 200, answer(requestId(8))) ?? '', /answers request 1000000008/)
  assert.match(rpc.check(7, 200, Buffer.from('no')) ?? '', /SyntaxError/)
})
