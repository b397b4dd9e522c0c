import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { waitUntil } from '@codetether/testing/wait-until'
import type { SseMessage } from '../doors/sse.ts'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { EventReader } from './event-reader.ts'
import { call, createTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const streamOf = (worker: TestWorker, headers: Record<string, string> = {}, url = platform.url) =>
  new EventReader(`${url}/v1/worker/tasks/stream`, { authorization: `Bearer ${worker.token}`, ...headers })

const told = (reader: EventReader, event: string, id: string) =>
  waitUntil(`${event} is told`, async () => reader.of(event).some(({ data }) => data.id === id))

test('a worker is told of what waits, of what comes, and of what was canceled', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const before = await createTask(url, { title: 'Before', prompt: 'one', priority: 3 })
  await using stream = streamOf(worker)
  await told(stream, 'task_available', before)
  assert.equal(stream.seen[0]?.event, 'connected')
  assert.equal(stream.seen[0]?.data.worker_id, worker.id)
  const [{ data }] = stream.of('task_available') as [SseMessage]
  assert.deepEqual([data.title, data.prompt, data.priority, data.agent_type], ['Before', 'one', 3, 'build'])
  const [task] = await worker.claim()
  const later = await createTask(url, { prompt: 'two' })
  await told(stream, 'task_available', later)
  await call(url, `/v1/agent/tasks/${before}/cancel`, { method: 'POST', body: {} })
  await told(stream, 'task_cancelled', before)
  assert.equal(task?.task_id, before)
})

test('a worker that comes back is told what it holds, and to look for work again', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const id = await createTask(url)
  const claimed = await worker.claim()
  const task = claimed.find(({ task_id }) => task_id === id)
  assert.ok(task)
  await worker.report(task, { output: [{ text: 'x' }] })
  await using stream = streamOf(worker, { 'last-event-id': 'other.7' })
  await waitUntil('it is told', async () => stream.of('resync-required').length > 0)
  const held = stream.of('connected')[0]?.data.held.find((lease: { task_id: string }) => lease.task_id === id)
  assert.deepEqual(held, { task_id: id, attempt: 1, lease_token: task.lease_token, worker_seq: 1 })
})

test('a task that one replica takes in is told on the other, as is its end', async () => {
  const { database, url } = platform
  await using second = await startPlatform({ database })
  const worker = await registerWorker(url)
  await using stream = streamOf(worker, {}, second.url)
  await waitUntil('it is connected', async () => stream.of('connected').length > 0)
  const id = await createTask(url, { target_worker_id: worker.id })
  await told(stream, 'task_available', id)
  assert.equal((await worker.claim()).length, 1)
  await call(url, `/v1/agent/tasks/${id}/cancel`, { method: 'POST', body: {} })
  await told(stream, 'task_cancelled', id)
})

test('output is followed as it comes, resumed behind a place, and ends with done', async () => {
  const { url, database } = platform
  await using second = await startPlatform({ database })
  const worker = await registerWorker(url)
  const id = await createTask(url, { target_worker_id: worker.id })
  const [task] = await worker.claim()
  assert.ok(task)
  await using live = new EventReader(`${second.url}/v1/agent/tasks/${id}/output/stream`)
  await worker.report(task, {
    output: [{ text: 'one\n' }, { text: 'two\n' }],
    progress: { percent: 50, message: 'half' },
  })
  await waitUntil('it is there', async () => live.of('output').length === 2)
  const [first] = live.of('output')
  assert.deepEqual([first?.data.type, first?.data.content, first?.data.output], ['output', 'one\n', 'one\n'])
  assert.deepEqual([live.of('progress')[0]?.data.percent, live.of('done').length], [50, 0])
  await worker.report(task, { output: [{ text: 'three\n' }], finish: { status: 'completed', result: 'r' } })
  await live.done
  assert.deepEqual(live.seen.at(-1), { id: null, event: 'done', data: { type: 'done', status: 'completed' } })
  await using resumed = new EventReader(`${url}/v1/opencode/tasks/${id}/output/stream`, {
    'last-event-id': first?.id ?? '',
  })
  await resumed.done
  assert.deepEqual(
    resumed.of('output').map(({ data }) => data.content),
    ['two\n', 'three\n'],
  )
  assert.equal(resumed.of('done').length, 1)
  const stream = `${url}/v1/agent/tasks/${crypto.randomUUID()}/output/stream`
  assert.equal((await fetch(stream)).status, 404)
  assert.equal((await call(url, `/v1/agent/tasks/${id}/output?since=100000`)).status, 400)
})

test('a place of a stream that was never sent is refused', async () => {
  const { url } = platform
  const id = await createTask(url, { target_worker_id: 'nobody' })
  for (const header of ['abc', '-1', '1e30', '1 2'])
    assert.equal(
      (await call(url, `/v1/agent/tasks/${id}/output/stream`, { headers: { 'last-event-id': header } })).status,
      400,
      header,
    )
})

const openStreams = async (url: string) => (await call(url, '/health/detail')).body.components.streams.open

test('a stream of output is one of the streams of its caller', async () => {
  await using own = await startPlatform()
  const id = await createTask(own.url, { target_worker_id: 'nobody' })
  const reader = new EventReader(`${own.url}/v1/agent/tasks/${id}/output/stream`)
  await waitUntil('it is open', async () => (await openStreams(own.url)) === 1)
  await reader[Symbol.asyncDispose]()
  await waitUntil('it is closed', async () => (await openStreams(own.url)) === 0)
})

test(`a worker waits at most ${limits.waitsPerWorker} times at once`, async () => {
  await using own = await startPlatform()
  const { url } = own
  const worker = await registerWorker(url)
  const waiting = Array.from({ length: limits.waitsPerWorker }, () => worker.claim({ wait_seconds: 60, limit: 1 }))
  await waitUntil('all wait', async () => (await openStreams(url)) === limits.waitsPerWorker)
  const headers = { authorization: `Bearer ${worker.token}` }
  assert.equal((await worker.call('/v1/worker/tasks/claim', { wait_seconds: 60 })).status, 429)
  assert.equal((await call(url, '/v1/worker/tasks/stream', { headers })).status, 429)
  assert.deepEqual(await worker.claim(), [], 'a claim that does not wait is taken')
  await Promise.all(waiting.map(() => createTask(url)))
  await Promise.all(waiting)
  await waitUntil('there is room again', async () => (await openStreams(url)) === 0)
})

test('streams have the headers that every answer has', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const id = await createTask(url)
  for (const path of [`/v1/agent/tasks/${id}/output/stream`, '/v1/worker/tasks/stream']) {
    const gone = new AbortController()
    const headers = { origin: url, ...(path.includes('worker') && { authorization: `Bearer ${worker.token}` }) }
    const answer = await fetch(url + path, { headers, signal: gone.signal })
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('x-request-id') ?? '', /./)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('access-control-allow-origin'), url, path)
    assert.equal(answer.headers.get('cache-control'), 'no-cache, no-transform')
    gone.abort()
  }
})

test('a stream ends when the token that opened it was replaced, and tells nothing more', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  await using stream = streamOf(worker)
  await waitUntil('it is connected', async () => stream.of('connected').length > 0)
  await registerWorker(url, { worker_id: worker.id, global: true })
  const id = await createTask(url, { target_worker_id: worker.id })
  await stream.done
  assert.ok(stream.of('task_available').every(({ data }) => data.id !== id))
})

test('a large task is announced with the beginning of its text, and a claim has all of it', async () => {
  const { url } = platform
  const worker = await registerWorker(url, { agents: ['reader'] })
  const prompt = 'x'.repeat(1024 * 1024)
  const metadata = { large: 'y'.repeat(100_000) }
  const id = await createTask(url, { prompt, metadata, target_worker_id: worker.id })
  await using stream = streamOf(worker)
  await told(stream, 'task_available', id)
  const [announced] = stream.of('task_available').filter(({ data }) => data.id === id)
  assert.deepEqual(
    [announced?.data.prompt.length, announced?.data.metadata, announced?.data.truncated],
    [limits.toldChars, null, true],
  )
  const task = (await worker.claim()).find(({ task_id }) => task_id === id)
  assert.deepEqual([task?.prompt, task?.metadata], [prompt, metadata])
})

test('as many workers are told as there are tasks whose time has come', async () => {
  const { url, database } = platform
  const workers = await Promise.all(Array.from({ length: 3 }, () => registerWorker(url, { agents: ['timely'] })))
  const ids = await Promise.all(
    workers.map(() => createTask(url, { delay_seconds: 3600, target_agent_name: 'timely' })),
  )
  await using stack = new AsyncDisposableStack()
  const streams = workers.map(worker => stack.use(streamOf(worker)))
  await waitUntil('all are there', async () => streams.every(stream => stream.of('connected').length === 1))
  await query(database, 'update tasks set lease_until = now() where id = any ($1)', [ids])
  for (const stream of streams) for (const id of ids) await told(stream, 'task_available', id)
})

test('a worker is told what is said to a task that it runs, once for each connection', async () => {
  const { url, rpc } = platform
  const worker = await registerWorker(url, { global: false, codebases: [{ path: '/srv/told' }] })
  const codebase_id = (await call(url, `/v1/agent/workers/${worker.id}`)).body.codebases[0]
  const id = await createTask(url, { codebase_id })
  const [task] = await worker.claim()
  assert.ok(task)
  await using stream = streamOf(worker)
  await waitUntil('it is connected', async () => stream.of('connected').length > 0)
  const send = (text: string) => {
    const message = { kind: 'message', role: 'user', messageId: crypto.randomUUID(), taskId: id }
    return rpc('message/send', {
      message: { ...message, parts: [{ kind: 'text', text }] },
      configuration: { blocking: false },
    })
  }
  await send('faster')
  await waitUntil('it is told', async () => stream.of('message').length === 1)
  await send('x'.repeat(100_000))
  await waitUntil('that is told too', async () => stream.of('message').length === 2)
  assert.deepEqual(
    stream.of('message').map(({ data }) => [data.task_id, data.text]),
    [
      [id, 'faster'],
      [id, null],
    ],
  )
  await using again = streamOf(worker)
  await waitUntil('it is told anew', async () => again.of('message').length === 2)
  assert.equal((await worker.finish(task)).next_turn.prompt, 'faster')
  await using third = streamOf(worker)
  await waitUntil('what has had its turn is not told', async () => third.of('message').length === 1)
  assert.equal((await worker.finish(task)).next_turn.prompt.length, 100_000)
})
