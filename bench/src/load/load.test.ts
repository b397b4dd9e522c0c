import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { test } from 'node:test'
import { fieldsOf, textIn } from '../child/shape.ts'
import { generate } from './generate.ts'
import { ANSWER, requestId, requestWriter } from './requests.ts'
import { readHead } from './response.ts'
import { glance, inspect } from './verify.ts'

const answerTo = (id: unknown, state = 'completed', text = ANSWER) =>
  Buffer.from(
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      result: { kind: 'task', id: 't', status: { state }, artifacts: [{ parts: [{ kind: 'text', text }] }] },
    }),
  )

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}

test('a written request is a complete message of the length it declares', () => {
  const write = requestWriter('127.0.0.1:80', '/', 'cafe0123')
  for (const sequence of [0, 123_456]) {
    const [head = '', body = ''] = write(sequence).split('\r\n\r\n')
    assert.equal(Number(/content-length: (\d+)/i.exec(head)?.[1]), body.length)
    assert.equal(fieldsOf(JSON.parse(body)).id, requestId(sequence))
  }
  assert.notEqual(write(1), write(2))
})

test('a response is read only when its head is complete, and known to be longer than what has come', () => {
  const data = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello')
  assert.equal(readHead(data.subarray(0, 30)), null)
  const head = readHead(data.subarray(0, data.length - 2))
  assert.deepEqual(head, { status: 200, bodyStart: data.length - 5, end: data.length })
})

test('a response of unknown length is refused', () => {
  assert.throws(() => readHead(Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')), /content-length/)
})

test('only a completed task with the echo passes', () => {
  assert.equal(glance(200, answerTo(1)), null)
  assert.match(glance(503, answerTo(1)) ?? '', /status 503/)
  assert.match(glance(200, answerTo(1, 'submitted')) ?? '', /no completed echo/)
  assert.match(glance(200, answerTo(1, 'completed', 'hello')) ?? '', /no completed echo/)
})

test('a sample must answer its own request, and hold the echo as a text part', () => {
  assert.equal(inspect(answerTo(7), 7), null)
  assert.match(inspect(answerTo(8), 7) ?? '', /answers request 8/)
  assert.match(inspect(answerTo(7, 'working'), 7) ?? '', /not completed/)
  assert.match(inspect(answerTo(7, 'completed', `${ANSWER}!`), 7) ?? '', /lacks the echo/)
})

test('the generator counts every answer it got and finds none wrong', async () => {
  const ids = new Set<string>()
  let served = 0
  await using server = await serve((request, response) => {
    request.setEncoding('utf8').once('data', (body: string) => {
      const message = fieldsOf(JSON.parse(body))
      ids.add(textIn(fieldsOf(fieldsOf(message.params).message), 'messageId'))
      served++
      const answer = answerTo(message.id)
      response.setHeader('content-length', answer.length).end(answer)
    })
  })
  const plan = { url: server.url, connections: 4, seconds: 0.2, workload: { kind: 'send' } } as const
  const result = await generate(plan, new AbortController().signal)
  assert.deepEqual([result.errors, result.firstError, result.completed], [0, null, served])
  assert.equal(ids.size, served)
  assert.ok(served > 4 && result.p50 > 0 && result.p99 >= result.p50 && result.perSecond > 0)
})

test('wrong answers and closed connections are errors', async () => {
  let count = 0
  await using server = await serve((request, response) => {
    request.resume()
    if (++count > 3) request.socket.destroy()
    else response.setHeader('content-length', 2).end('no')
  })
  const plan = { url: server.url, connections: 1, seconds: 5, workload: { kind: 'send' } } as const
  const result = await generate(plan, new AbortController().signal)
  assert.equal(result.errors, 4)
  assert.equal(result.completed, 0)
  assert.match(result.firstError ?? '', /no completed echo: no/)
})
