import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Platform, startPlatform } from '../platform.ts'
import { EventReader } from './event-reader.ts'
import { type Answer, call, getTask, registerCodebase } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const post = (path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  call(platform.url, path, { method: 'POST', body, headers })

test('a message to a codebase begins a session, continues the task that runs, and then the session', async () => {
  const { url, id, worker } = await registerCodebase(platform.url)
  const first = await post(`${url}/message`, { message: 'Begin', agent: 'plan' })
  assert.equal(first.status, 200)
  assert.deepEqual([first.body.codebase_id, first.body.task.agent_type], [id, 'plan'])
  const [task] = await worker.claim()
  assert.ok(task)
  const { task_id, session_id } = first.body
  const second = await post(url.replace('agent', 'opencode') + '/message', { prompt: 'Go on' })
  assert.deepEqual(
    [second.body.task_id, second.body.session_id, second.body.task_status],
    [task_id, session_id, 'running'],
  )
  assert.equal((await worker.finish(task)).next_turn.prompt, 'Go on')
  await worker.finish(task)
  const third = await post(`${url}/message`, { message: 'And more' })
  assert.notEqual(third.body.task_id, task_id)
  assert.deepEqual([third.body.session_id, third.body.task.agent_type], [session_id, 'plan'])
})

test('a message answers a question, and goes to the session that is named', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const { body: one } = await post(`${url}/trigger`, { prompt: 'one' })
  const [task] = await worker.claim()
  if (task) await worker.finish(task, { status: 'input-required', result: 'Which?' })
  const { body: two } = await post(`${url}/trigger`, { prompt: 'two' })
  const { body } = await post(`${url}/message`, { message: 'This', session_id: one.session_id })
  assert.deepEqual([body.task_id, body.task_status], [one.task_id, 'pending'])
  const other = await post(`${url}/message`, { message: 'That' })
  assert.equal(other.body.session_id, one.session_id, 'the session in which something happened last')
  assert.notEqual(two.session_id, one.session_id)
  assert.equal((await post(`${url}/message`, { message: 'x', session_id: 'a new one' })).body.session_id, 'a new one')
})

test('a message that is sent again under its key has one turn', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const send = (message: string, key: string) => post(`${url}/message`, { message }, { 'idempotency-key': key })
  const first = await send('Begin', `a-${url}`)
  assert.equal((await send('Begin', `a-${url}`)).body.task_id, first.body.task_id)
  const [task] = await worker.claim()
  assert.ok(task)
  await send('Go on', `b-${url}`)
  const again = await send('Go on', `b-${url}`)
  assert.equal(again.body.task_id, first.body.task_id)
  assert.equal((await worker.finish(task)).next_turn.prompt, 'Go on')
  assert.equal((await worker.finish(task)).next_turn, undefined)
  assert.equal((await send('Go on', `b-${url}`)).body.task_id, first.body.task_id, 'also when its task has ended')
  assert.equal((await send('Other', `b-${url}`)).status, 409)
})

test('what was asked and answered is listed, the newest first, page by page', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  for (const prompt of ['one', 'two', 'three']) {
    await post(`${url}/message`, { message: prompt })
    for (const task of await worker.claim()) {
      await post(`${url}/message`, { message: `${prompt} more` })
      await worker.finish(task, { status: 'completed', result: `half of ${prompt}` })
      await worker.finish(task, { status: 'completed', result: `did ${prompt}` })
    }
  }
  const seen: string[] = []
  let place = ''
  do {
    const { status, body } = await call(platform.url, `${url}/messages?limit=2${place}`)
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(body.messages.length <= 2)
    seen.push(...body.messages.map((m: { role: string; content: string }) => `${m.role}: ${m.content}`))
    place = body.next ? `&before=${body.next}` : ''
  } while (place)
  const of = (prompt: string) => [
    `agent: did ${prompt}`,
    `agent: half of ${prompt}`,
    `user: ${prompt} more`,
    `user: ${prompt}`,
  ]
  assert.deepEqual(seen, [...of('three'), ...of('two'), ...of('one')])
  const { body } = await call(platform.url, `${url}/messages`)
  assert.ok(body.messages.every((m: { timestamp: string; session_id: string }) => m.timestamp && m.session_id))
  assert.deepEqual((await call(platform.url, `${url}/messages?session_id=none`)).body.messages, [])
  for (const query of ['before=x', `before=${'-'.repeat(36)}.1`, 'limit=0', 'x=1'])
    assert.equal((await call(platform.url, `${url}/messages?${query}`)).status, 400, query)
})

test('interrupt ends what runs, stop what waits too, and both say what they ended', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const { body: running } = await post(`${url}/trigger`, { prompt: 'run' })
  const [task] = await worker.claim()
  const { body: behind } = await post(`${url}/trigger`, { prompt: 'behind', session_id: running.session_id })
  const status = await call(platform.url, `${url}/status`)
  assert.deepEqual(
    [status.body.status, status.body.watch_mode, status.body.running_tasks, status.body.pending_tasks],
    ['ready', true, 1, 1],
  )
  assert.deepEqual([status.body.session_id, status.body.workers[0].online], [running.session_id, true])
  assert.equal(status.body.tasks[0].task_id, running.task_id)
  const { body } = await post(`${url}/interrupt`)
  assert.deepEqual([body.ended, body.tasks[0].task_id, body.more], [1, running.task_id, false])
  if (task) assert.equal((await worker.finish(task)).code, 'LEASE_LOST')
  assert.equal((await getTask(platform.url, behind.task_id)).status, 'pending')
  assert.equal((await post(`${url}/interrupt`)).body.ended, 0)
  const { body: another } = await post(`${url}/trigger`, { prompt: 'another' })
  const stopped = await post(`${url}/stop`)
  assert.deepEqual(
    stopped.body.tasks.map((t: { task_id: string }) => t.task_id),
    [another.task_id, behind.task_id],
  )
  for (const id of [running.task_id, behind.task_id, another.task_id])
    assert.equal((await getTask(platform.url, id)).status, 'cancelled')
  assert.deepEqual((await post(`${url}/stop`)).body.tasks, [])
})

test('all of it is there under each name of codebases', async () => {
  const { id } = await registerCodebase(platform.url)
  for (const prefix of ['/v1/agent', '/v1/opencode'])
    for (const noun of ['codebases', 'workspaces']) {
      const url = `${prefix}/${noun}/${id}`
      assert.equal((await post(`${url}/message`, { message: 'x' })).status, 200, url)
      assert.equal((await call(platform.url, `${url}/messages`)).status, 200, url)
      assert.equal((await call(platform.url, `${url}/status`)).status, 200, url)
      for (const verb of ['interrupt', 'stop']) assert.equal((await post(`${url}/${verb}`)).status, 200, url)
      await using events = new EventReader(`${platform.url}${url}/events`)
      await waitUntil('it is connected', () => events.of('connected').length === 1)
    }
})

test('bad messages are refused', async () => {
  const { url } = await registerCodebase(platform.url)
  for (const body of [
    {},
    { message: '' },
    { message: 7 },
    { message: 'x'.repeat(2_000_000) },
    [],
    { message: 'x', model: 'none' },
  ])
    assert.equal((await post(`${url}/message`, body)).status, 400, JSON.stringify(body).slice(0, 50))
})
