import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { withConnection } from '@codetether/server/db/connect'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Platform, startPlatform } from '../platform.ts'
import { EventReader } from './event-reader.ts'
import { type Answer, call, registerCodebase } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const post = (path: string, body: object = {}): Promise<Answer> => call(platform.url, path, { method: 'POST', body })

const trigger = async (id: string, prompt: string, more: object = {}): Promise<string> =>
  (await post(`/v1/agent/codebases/${id}/trigger`, { prompt, ...more })).body.task_id

const eventsOf = (id: string, headers: Record<string, string> = {}, url = platform.url) =>
  new EventReader(`${url}/v1/agent/codebases/${id}/events`, headers)

const connected = (reader: EventReader) => waitUntil('it is connected', () => reader.of('connected').length > 0)

/** What a reader was told of tasks, in short. */
const told = ({ seen }: EventReader): string[] =>
  seen.flatMap(({ event, data }) =>
    data.task_id === undefined ? [] : [`${event}:${data.content ?? data.status ?? data.error ?? data.percent}`],
  )

test('why a task waits is a status of it, which nobody has said', async () => {
  const { body } = await post('/v1/agent/codebases', { name: 'nobody', path: '/srv/nobody' })
  await using events = eventsOf(body.id)
  await connected(events)
  await trigger(body.id, 'Wait')
  await waitUntil('it is told', () => events.of('status').length === 2)
  assert.deepEqual(told(events), ['status:pending', 'message:Wait', 'status:pending'])
  const [, notice] = events.of('status')
  assert.match(String(notice?.data.message), /no registered worker may take this task/)
})

test('everything that happens in a codebase is told as it comes', async () => {
  const { id, worker } = await registerCodebase(platform.url)
  await using events = eventsOf(id)
  await connected(events)
  assert.equal(events.seen[0]?.data.codebase_id, id)
  const taskId = await trigger(id, 'Build it')
  const [task] = await worker.claim()
  assert.ok(task)
  await worker.report(task, { output: [{ text: 'one\n' }, { text: 'two\n' }], progress: { percent: 50 } })
  await worker.finish(task, { status: 'completed', result: 'built' })
  await waitUntil('it is told', () => told(events).includes('status:completed'))
  assert.deepEqual(told(events), [
    'status:pending',
    'message:Build it',
    'status:running',
    'output:one\n',
    'output:two\n',
    'progress:50',
    'message:built',
    'status:completed',
  ])
  const told1 = events.seen.filter(({ data }) => data.task_id !== undefined)
  assert.ok(told1.every(({ id: place, data }) => place !== null && data.task_id === taskId && data.session_id))
  assert.deepEqual(
    events.of('message').map(({ data }) => data.role),
    ['user', 'agent'],
  )
})

test('a failure is an error, and says so with the status too', async () => {
  const { id, worker } = await registerCodebase(platform.url)
  await using events = eventsOf(id)
  await connected(events)
  await trigger(id, 'x')
  const [task] = await worker.claim()
  if (task) await worker.finish(task, { status: 'failed', error: 'no such thing' })
  await waitUntil('it is told', () => told(events).includes('status:failed'))
  assert.deepEqual(told(events).slice(-2), ['error:no such thing', 'status:failed'])
})

test('a reader goes on behind any event, on any replica, without gap or repetition', async () => {
  const { id, worker } = await registerCodebase(platform.url)
  await using second = await startPlatform({ database: platform.database })
  await using events = eventsOf(id)
  await connected(events)
  // One that runs, one that waits and begins only while nobody reads, one that is made then.
  await trigger(id, 'first')
  const [first] = await worker.claim({ limit: 1 })
  assert.ok(first)
  await trigger(id, 'waiting')
  await worker.report(first, { output: [{ text: 'a' }, { text: 'b' }] })
  await waitUntil('it is told', () => told(events).includes('output:b'))
  await trigger(id, 'late')
  for (const task of await worker.claim()) {
    await worker.report(task, { output: [{ text: `of ${task.prompt}` }] })
    await worker.finish(task)
  }
  await worker.report(first, { output: [{ text: 'c' }] })
  await worker.finish(first)
  const isWhole = (reader: EventReader) => reader.of('status').filter(({ data }) => data.status === 'completed').length
  await waitUntil('all is told', () => isWhole(events) === 3)
  const keyOf = ({ event, data }: (typeof events.seen)[number]) => `${data.task_id} ${data.seq} ${event}`
  const all = events.seen.filter(({ data }) => data.task_id !== undefined)
  const expected = all.map(keyOf)
  assert.equal(new Set(expected).size, expected.length, 'nothing is told twice')
  for (const [index, { id: place }] of all.entries()) {
    const rest = expected.slice(index + 1)
    await using resumed = eventsOf(id, { 'last-event-id': place ?? '' }, index % 2 === 0 ? second.url : platform.url)
    await waitUntil(
      `the rest after ${index} is told`,
      () => resumed.seen.filter(e => e.data.task_id).length >= rest.length,
    )
    await connected(resumed)
    const got = resumed.seen.filter(({ data }) => data.task_id !== undefined).map(keyOf)
    assert.deepEqual(got.toSorted(), rest.toSorted(), `after ${index}`)
    assert.equal(resumed.of('resync-required').length, 0)
  }
})

test('what is committed late is told, though what began after it was told before', async () => {
  const { id, worker } = await registerCodebase(platform.url)
  await trigger(id, 'slow')
  const [slow] = await worker.claim()
  assert.ok(slow)
  await using events = eventsOf(id)
  await connected(events)
  await withConnection(platform.database.admin, async client => {
    await client.query('begin')
    const values = [slow.task_id]
    await client.query(
      `update tasks set last_seq = last_seq + 1, changed_in = greatest(changed_in, pg_current_xact_id()) where id = $1`,
      values,
    )
    await client.query(
      `insert into task_events (tenant_id, task_id, seq, kind, v, actor, body)
      select tenant_id, id, last_seq, 'output', 1, 'test', '{"stream": "stdout", "text": "late"}' from tasks where id = $1`,
      values,
    )
    await trigger(id, 'quick')
    await waitUntil('the quick one is told', () => told(events).includes('message:quick'))
    await client.query('commit')
  })
  const last = events.seen.findLast(({ data }) => data.task_id !== undefined)?.id ?? ''
  await using resumed = eventsOf(id, { 'last-event-id': last })
  await trigger(id, 'after')
  for (const reader of [events, resumed]) {
    await waitUntil('the rest is told', () => told(reader).includes('message:after'))
    const texts = told(reader).filter(text => text !== 'status:pending')
    assert.deepEqual(
      texts.toSorted().filter(text => text !== 'message:quick'),
      ['message:after', 'output:late'],
    )
  }
})

test('a task that another replica stores and runs is told here at once', async () => {
  const { id } = await registerCodebase(platform.url)
  await using second = await startPlatform({ database: platform.database })
  await using events = eventsOf(id, {}, second.url)
  await connected(events)
  const began = performance.now()
  await trigger(id, 'over there')
  await waitUntil('it is told', () => told(events).includes('message:over there'))
  assert.ok(performance.now() - began < 10_000, 'it was a hint, not the look that comes without one')
})

test('nothing of other codebases or of before is told, and one that is deleted ends its stream', async () => {
  const { id } = await registerCodebase(platform.url)
  const other = await registerCodebase(platform.url)
  await trigger(id, 'before')
  await using events = eventsOf(id)
  await connected(events)
  assert.deepEqual([events.seen[0]?.data.pending_tasks, events.seen[0]?.data.running_tasks], [1, 0])
  await trigger(other.id, 'elsewhere')
  assert.equal((await call(platform.url, `/v1/agent/codebases/${id}?force=true`, { method: 'DELETE' })).status, 200)
  await events.done
  assert.deepEqual(events.seen.at(-1)?.data, { type: 'done', reason: 'the codebase was deleted' })
  assert.ok(
    told(events).every(text => text.includes('cancelled') || text.includes('deleted')),
    told(events).join(),
  )
})

test('a place that no server has sent is refused, one that cannot be gone on from says so', async () => {
  const { id } = await registerCodebase(platform.url)
  const url = `${platform.url}/v1/agent/codebases/${id}/events`
  for (const place of ['-1', 'x y', '1~', '1~abc.1.1', `1~${'A'.repeat(22)}.1`, 'a'.repeat(5_000), '9'.repeat(12)]) {
    const { status } = await call(platform.url, `/v1/agent/codebases/${id}/events`, {
      headers: { 'last-event-id': place },
    })
    assert.equal(status, 400, place)
  }
  for (const place of ['1!', 'zzzzzzzz']) {
    await using events = new EventReader(url, { 'last-event-id': place })
    await connected(events)
    assert.equal(events.of('resync-required').length, 1, place)
  }
  await using events = new EventReader(`${url}?after=1!`)
  await connected(events)
  assert.equal(events.of('resync-required').length, 1)
  assert.equal((await fetch(url.replace(id, crypto.randomUUID()))).status, 404)
})
