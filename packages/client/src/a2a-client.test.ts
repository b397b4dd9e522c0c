import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { errorCodes } from '@codetether/protocol/errors'
import type { StreamEvent, Task } from '@codetether/protocol/v03/wire'
import { A2aClient } from './a2a-client.ts'
import { ConnectionError, RemoteError } from './errors.ts'
import { textMessage } from './message.ts'

interface Call {
  method: string
  params: { id?: string; pageToken?: string; message?: { messageId: string; kind: string } }
  headers: IncomingHttpHeaders
}

type Step = (response: ServerResponse, call: Call) => void

const result = (value: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, result: value })
const rpcError = (code: number, message: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })

const answer =
  (body: string, status = 200, headers: Record<string, string> = {}): Step =>
  response =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

const reset: Step = response => response.destroy()

type FrameEvent = [id: number | null, event: unknown]

const frames = (events: readonly FrameEvent[]): string =>
  events.map(([id, event]) => `${id === null ? '' : `id: ${id}\n`}data: ${result(event)}\n\n`).join('')

/** Streams the frames, then ends the stream, resets it, or leaves it open. */
const stream =
  (events: readonly FrameEvent[], then: 'end' | 'reset' | 'stay'): Step =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`: heartbeat\n\n${frames(events)}`, () => {
      if (then === 'end') response.end()
      if (then === 'reset') response.destroy()
    })
  }

/** A server whose answers are a script: one step for each request. */
const scripted = async (...steps: Step[]) => {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const { method, params } = JSON.parse(await text(request))
    const call: Call = { method, params, headers: request.headers }
    calls.push(call)
    const step = steps.shift()
    if (step === undefined) return void answer(rpcError(-32603, 'the script is over'), 500)(response, call)
    step(response, call)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    calls,
    server,
    client: A2aClient.atEndpoint(`http://127.0.0.1:${port}`, { token: 'secret', attaches: true }),
    stranger: A2aClient.atEndpoint(`http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      if (server.listening) await once(server, 'close')
    },
  }
}

const task = (state: Task['status']['state']): Task => ({ kind: 'task', id: 't1', contextId: 'c1', status: { state } })
const status = (state: Task['status']['state'], final = false): StreamEvent => ({
  kind: 'status-update',
  taskId: 't1',
  contextId: 'c1',
  status: { state },
  final,
})
const artifact = (words: string): StreamEvent => ({
  kind: 'artifact-update',
  taskId: 't1',
  contextId: 'c1',
  artifact: { artifactId: 'a1', parts: [{ kind: 'text', text: words }] },
})

const hello = { message: textMessage('Hello') }
const methodsOf = (calls: readonly Call[]) => calls.map(call => call.method)

test('send fills in what a message needs and returns the task', async () => {
  await using agent = await scripted(answer(result(task('completed'))))
  assert.deepEqual(await agent.client.send(hello), task('completed'))
  const [call] = agent.calls
  assert.equal(call?.method, 'message/send')
  assert.equal(call?.params.message?.kind, 'message')
  assert.match(call?.params.message?.messageId ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(call?.headers.authorization, 'Bearer secret')
})

test('send is repeated on a lost connection, with the same message id', async () => {
  await using agent = await scripted(reset, reset, answer(result(task('submitted'))))
  const told: number[] = []
  await agent.client.send(hello, { onRetry: (_, waitMs) => told.push(waitMs) })
  assert.equal(agent.calls.length, 3)
  assert.equal(new Set(agent.calls.map(call => call.params.message?.messageId)).size, 1)
  assert.equal(told.length, 2)
})

test('a message is sent once to a server that does not promise to recognize it', async () => {
  await using agent = await scripted(reset, reset, stream([], 'reset'), stream([[1, task('working')]], 'reset'))
  await assert.rejects(agent.stranger.send(hello), ConnectionError)
  await assert.rejects(Array.fromAsync(agent.stranger.stream(hello)), ConnectionError)
  await assert.rejects(Array.fromAsync(agent.stranger.stream(hello)), ConnectionError)
  assert.deepEqual(methodsOf(agent.calls), ['message/send', 'message/stream', 'message/stream'])
})

test('a stream of such a server goes on once its task is known: subscribing repeats nothing', async () => {
  await using agent = await scripted(
    stream([[1, task('working')]], 'reset'),
    stream([[2, status('completed', true)]], 'end'),
  )
  assert.equal((await Array.fromAsync(agent.stranger.stream(hello))).length, 2)
  assert.deepEqual(methodsOf(agent.calls), ['message/stream', 'tasks/resubscribe'])
})

test('cancel is not repeated: the first call may have had its effect', async () => {
  await using agent = await scripted(reset, answer(result(task('canceled'))))
  await assert.rejects(agent.client.cancelTask('t1'), ConnectionError)
  assert.equal(agent.calls.length, 1)
})

test('errors keep code, data and status, and say whether a retry makes sense', async () => {
  const data = [{ reason: 'TASK_NOT_FOUND' }]
  const withData = JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'No such task', data } })
  await using agent = await scripted(
    answer(withData),
    answer(rpcError(errorCodes.UNAUTHENTICATED.rpc, 'Who are you?'), 401),
    answer(rpcError(errorCodes.RATE_LIMITED.rpc, 'Slowly'), 429, { 'retry-after': '7' }),
    answer('<html>Bad gateway</html>', 502),
    answer('{"title":"Too many","detail":"Slowly"}', 429, { 'retry-after': '3' }),
    answer(result({ kind: 'task' })),
    answer('{"hello":"world"}'),
  )
  const failures: unknown[] = []
  for (let count = 0; count < 7; count += 1) {
    failures.push(
      await agent.client.cancelTask('t1').catch(error => {
        assert.ok(error instanceof RemoteError)
        return [error.code, error.httpStatus, error.retryable, error.retryAfter, error.data]
      }),
    )
  }
  assert.deepEqual(failures, [
    [-32001, 200, false, undefined, data],
    [-31401, 401, false, undefined, undefined],
    [-31429, 429, true, 7, undefined],
    [-31503, 502, true, undefined, undefined],
    [-31429, 429, true, 3, undefined],
    [-32006, 200, false, undefined, undefined],
    [-32006, 200, false, undefined, undefined],
  ])
})

test('a redirect is an error that names the target', async () => {
  await using agent = await scripted(answer('', 301, { location: 'https://elsewhere.example/' }))
  await assert.rejects(agent.client.getTask('t1'), /redirects to https:\/\/elsewhere\.example\//)
})

test('an answer that does not come in time is a retryable connection error, and is not waited for again', async () => {
  await using agent = await scripted(() => undefined)
  await assert.rejects(
    agent.client.getTask('t1', {}, { timeoutMs: 50 }),
    error => error instanceof ConnectionError && error.timedOut && error.retryable,
  )
  assert.equal(agent.calls.length, 1)
})

test('an answer that breaks off is a connection error', async () => {
  const half: Step = response => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"jsonrpc"', () => response.destroy())
  }
  await using agent = await scripted(half)
  await assert.rejects(agent.client.cancelTask('t1'), ConnectionError)
})

test('an abort ends the call with the reason of the caller', async () => {
  const controller = new AbortController()
  const reason = new Error('changed my mind')
  await using agent = await scripted(() => controller.abort(reason))
  await assert.rejects(agent.client.send(hello, { signal: controller.signal }), error => error === reason)
  assert.equal(agent.calls.length, 1)
})

test('tasks walks through the pages', async () => {
  const page = (id: string, nextPageToken: string) =>
    answer(result({ tasks: [{ ...task('working'), id }], nextPageToken, pageSize: 1, totalSize: 2 }))
  await using agent = await scripted(page('t1', 'more'), page('t2', ''))
  const found = await Array.fromAsync(agent.client.tasks({ pageSize: 1 }))
  assert.deepEqual(
    found.map(({ id }) => id),
    ['t1', 't2'],
  )
  assert.deepEqual(
    agent.calls.map(call => call.params.pageToken),
    [undefined, 'more'],
  )
})

test('a stream yields its frames and closes its connection at the last one', async () => {
  const events = [task('submitted'), artifact('100'), status('completed', true)]
  await using agent = await scripted(
    stream(
      events.map((event, index) => [index + 1, event]),
      'stay',
    ),
  )
  const closed = once(agent.server, 'connection').then(([socket]) => once(socket, 'close'))
  assert.deepEqual(await Array.fromAsync(agent.client.stream(hello)), events)
  await closed
})

test('a stream that is reset goes on after the last frame, without duplicates', async () => {
  await using agent = await scripted(
    stream(
      [
        [1, task('submitted')],
        [2, status('working')],
      ],
      'reset',
    ),
    stream(
      [
        [2, status('working')],
        [3, artifact('half')],
      ],
      'reset',
    ),
    stream(
      [
        [4, artifact('whole')],
        [5, status('completed', true)],
      ],
      'end',
    ),
  )
  const events = await Array.fromAsync(agent.client.stream(hello))
  assert.deepEqual(events, [
    task('submitted'),
    status('working'),
    artifact('half'),
    artifact('whole'),
    status('completed', true),
  ])
  assert.deepEqual(methodsOf(agent.calls), ['message/stream', 'tasks/resubscribe', 'tasks/resubscribe'])
  assert.deepEqual(
    agent.calls.map(call => call.headers['last-event-id']),
    [undefined, '2', '3'],
  )
  assert.equal(agent.calls[1]?.params.id, 't1')
})

test('a stream that ends cleanly before its task does goes on as well', async () => {
  await using agent = await scripted(
    stream([[1, task('working')]], 'end'),
    stream([[2, status('input-required', true)]], 'end'),
  )
  assert.equal((await Array.fromAsync(agent.client.stream(hello))).length, 2)
})

test('a question ends a stream only where the server ends it: a replay shows answered ones too', async () => {
  const replay = [task('submitted'), status('input-required'), status('working'), status('input-required')]
  await using agent = await scripted(
    stream(
      replay.map((event, index) => [index + 1, event]),
      'reset',
    ),
    stream([], 'end'),
  )
  assert.deepEqual(await Array.fromAsync(agent.client.stream(hello)), replay)
  assert.deepEqual(methodsOf(agent.calls), ['message/stream', 'tasks/resubscribe'])
})

test('a stream that is lost before its first frame is asked for again with the same message id', async () => {
  await using agent = await scripted(reset, stream([], 'reset'), stream([[1, task('completed')]], 'end'))
  assert.deepEqual(await Array.fromAsync(agent.client.stream(hello)), [task('completed')])
  assert.deepEqual(methodsOf(agent.calls), ['message/stream', 'message/stream', 'message/stream'])
  assert.equal(new Set(agent.calls.map(call => call.params.message?.messageId)).size, 1)
})

test('a server that is restarting is asked again', async () => {
  await using agent = await scripted(
    stream([[1, task('working')]], 'reset'),
    answer(rpcError(errorCodes.UNAVAILABLE.rpc, 'starting'), 503),
    reset,
    stream([[2, status('completed', true)]], 'end'),
  )
  assert.equal((await Array.fromAsync(agent.client.stream(hello))).length, 2)
})

test('a server that cannot resume a finished task is asked how it ended', async () => {
  await using agent = await scripted(
    stream([[null, task('working')]], 'reset'),
    answer(rpcError(errorCodes.UNSUPPORTED_OPERATION.rpc, 'finished')),
    answer(result(task('completed'))),
  )
  const events = await Array.fromAsync(agent.client.stream(hello))
  assert.deepEqual(events, [task('working'), task('completed')])
  assert.deepEqual(methodsOf(agent.calls), ['message/stream', 'tasks/resubscribe', 'tasks/get'])
})

const gone = (generation: number, snapshot: unknown) =>
  JSON.stringify({
    ...{ jsonrpc: '2.0', id: 1 },
    error: { code: errorCodes.CURSOR_GONE.rpc, message: 'gone', data: [{ metadata: { generation, snapshot } }] },
  })

test('a cursor that is gone is replaced by the snapshot of the answer, also within a stream', async () => {
  const within: Step = response =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`id: 1\ndata: ${result(task('submitted'))}\n\ndata: ${gone(4, task('working'))}\n\n`)
  await using agent = await scripted(
    within,
    answer(gone(9, task('working'))),
    stream([[10, status('completed', true)]], 'end'),
  )
  let gaps = 0
  const onGap = () => (gaps += 1)
  const events = await Array.fromAsync(agent.client.stream(hello, { onGap, onRetry: () => assert.fail('no delay') }))
  assert.deepEqual(events, [task('submitted'), task('working'), task('working'), status('completed', true)])
  assert.deepEqual(
    agent.calls.map(call => call.headers['last-event-id']),
    [undefined, '4', '9'],
  )
  assert.equal(gaps, 2)
})

test('a cursor that is gone and a snapshot that is no progress, or none, is an error', async () => {
  for (const body of [gone(7, task('working')), gone(9, { id: 't1' }), gone(0, task('working'))]) {
    await using agent = await scripted(answer(body), answer(rpcError(errorCodes.TASK_NOT_FOUND.rpc, 'no')))
    await assert.rejects(Array.fromAsync(agent.client.resubscribe('t1', { lastEventId: '7' })), RemoteError)
  }
})

test('an error within a stream and one in its place are thrown', async () => {
  const inside: Step = response =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`id: 1\ndata: ${result(task('working'))}\n\ndata: ${rpcError(-32603, 'broken')}\n\n`)
  await using agent = await scripted(inside, answer(rpcError(-32602, 'no text')))
  await assert.rejects(Array.fromAsync(agent.client.stream(hello)), { code: -32603 })
  await assert.rejects(Array.fromAsync(agent.client.stream(hello)), { code: -32602 })
})

test('a message in answer ends the stream', async () => {
  const message = { kind: 'message', messageId: 'm1', role: 'agent', parts: [{ kind: 'text', text: 'Hi' }] }
  await using agent = await scripted(stream([[null, message]], 'stay'))
  assert.deepEqual(await Array.fromAsync(agent.client.stream(hello)), [message])
})

test('resubscribe starts after the given frame', async () => {
  await using agent = await scripted(stream([[8, status('completed', true)]], 'end'))
  const events = await Array.fromAsync(agent.client.resubscribe('t1', { lastEventId: '7' }))
  assert.deepEqual(events, [status('completed', true)])
  assert.equal(agent.calls[0]?.headers['last-event-id'], '7')
})

test('resubscribe after the last frame of a finished task tells how it ended', async () => {
  await using agent = await scripted(stream([], 'end'), answer(result(task('completed'))))
  assert.deepEqual(await Array.fromAsync(agent.client.resubscribe('t1', { lastEventId: '7' })), [task('completed')])
})

test('leaving the loop closes the connection, an abort throws its reason', async () => {
  const open = stream([[1, task('working')]], 'stay')
  await using agent = await scripted(open, open)
  const closed = once(agent.server, 'connection').then(([socket]) => once(socket, 'close'))
  for await (const event of agent.client.stream(hello)) {
    assert.equal(event.kind, 'task')
    break
  }
  await closed
  const controller = new AbortController()
  const reason = new Error('enough')
  await assert.rejects(
    async () => {
      for await (const _ of agent.client.stream(hello, { signal: controller.signal })) controller.abort(reason)
    },
    error => error === reason,
  )
})
