import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Platform, startPlatform } from '../platform.ts'
import { type Answer, call, createTask, getTask, registerCodebase, type TestWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const post = (path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  call(platform.url, path, { method: 'POST', body, headers })
const get = (path: string): Promise<Answer> => call(platform.url, path)

const sessionIds = async (url: string): Promise<string[]> =>
  (await get(`${url}/sessions`)).body.sessions.map((s: { id: string }) => s.id)

/** Claims the one task that may run. */
async function claimOne(worker: TestWorker) {
  const [task, ...rest] = await worker.claim()
  assert.ok(task && rest.length === 0, 'one task may run')
  return task
}

test('a session that was synced is resumed by a new task that names it', async () => {
  const { id, url, worker } = await registerCodebase(platform.url)
  await worker.call(`${url}/sessions/sync`, { sessions: [{ id: 'ses_1', title: 'refactoring' }] })
  const { status, body } = await post(`${url}/sessions/ses_1/resume`, {
    prompt: 'Continue with the refactoring',
    agent: 'plan',
    model: 'fake/fake-1',
    metadata: { mine: 1 },
  })
  assert.equal(status, 201, JSON.stringify(body))
  assert.deepEqual(
    [
      body.success,
      body.session_id,
      body.active_session_id,
      body.routing.codebase_id,
      body.task.agent_type,
      body.task.model,
    ],
    [true, 'ses_1', 'ses_1', id, 'plan', 'fake/fake-1'],
  )
  assert.match(body.routing.warning, /fake\/fake-1/)
  // Nobody has the model, and what comes later in the session waits behind this one.
  assert.deepEqual(await worker.claim(), [])
  await post(`/v1/agent/tasks/${body.task_id}/cancel`)
  const again = (await post(`${url}/sessions/ses_1/resume`, { prompt: 'go', metadata: { mine: 1 } })).body
  const task = await claimOne(worker)
  assert.deepEqual(
    [task.task_id, task.prompt, task.session_id, task.metadata],
    [again.task_id, 'go', 'ses_1', { mine: 1, resume_session_id: 'ses_1' }],
  )
})

for (const body of [{}, { prompt: '' }, { prompt: null }, { prompt: ' \n' }])
  test(`a session resumed with ${JSON.stringify(body)} goes on where it was left`, async () => {
    const { url, worker } = await registerCodebase(platform.url)
    const id = `ses_left_${crypto.randomUUID()}`
    await worker.call(`${url}/sessions/sync`, { sessions: [{ id }] })
    assert.equal((await post(`${url}/sessions/${id}/resume`, body)).status, 201)
    assert.match((await claimOne(worker)).prompt, /left off/)
  })

test('a key resumes once, also when the worker has told of another id since', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const { session_id: given } = (await post(`${url}/trigger`, { prompt: 'first' })).body
  const resume = (body: object) => post(`${url}/sessions/${given}/resume`, body, { 'idempotency-key': 'once' })
  const first = await resume({ prompt: 'more' })
  const task = await claimOne(worker)
  await worker.report(task, { session_id: 'ses_own' })
  const second = await resume({ prompt: 'more' })
  assert.deepEqual([first.status, second.status], [201, 200])
  assert.equal(second.body.task_id, first.body.task_id)
  assert.equal((await resume({ prompt: 'other' })).status, 409)
})

test('a session begins with its task, and is the one that the task’s worker tells of, under both ids', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const { session_id: given } = (await post(`${url}/trigger`, { prompt: 'first', title: 'the first' })).body
  assert.deepEqual(await sessionIds(url), [given])
  const first = await claimOne(worker)
  assert.equal(first.session_id, given)
  // Its agent has begun a session, which the worker has synced before it reports it.
  await worker.call(`${url}/sessions/sync`, { sessions: [{ id: 'ses_own', directory: '/srv/x' }] })
  await worker.report(first, { session_id: 'ses_own' })
  await worker.report(first, { session_id: 'ses_own', progress: { percent: 1 } })
  assert.deepEqual(await sessionIds(url), ['ses_own'])
  for (const id of [given, 'ses_own']) {
    const { session } = (await get(`${url}/sessions/${id}`)).body
    assert.deepEqual([session.id, session.context_id, session.directory], ['ses_own', given, '/srv/x'])
  }
  assert.equal((await getTask(platform.url, first.task_id)).session_id, 'ses_own')
})

test('the tasks of a session run one at a time, by whichever of its ids they were asked for', async () => {
  const { id, url, worker } = await registerCodebase(platform.url)
  const { session_id: given } = (await post(`${url}/trigger`, { prompt: 'first' })).body
  const early = await createTask(platform.url, { codebase_id: id, session_id: given, prompt: 'early' })
  const first = await claimOne(worker)
  await worker.report(first, { session_id: 'ses_own' })
  const resumed = (await post(`${url}/sessions/ses_own/resume`, { prompt: 'resumed' })).body
  assert.deepEqual([resumed.session_id, resumed.task.session_id], ['ses_own', 'ses_own'])
  const byGiven = (await post(`${url}/sessions/${given}/resume`, { prompt: 'by the given id' })).body
  assert.deepEqual([byGiven.session_id, byGiven.active_session_id], ['ses_own', 'ses_own'])
  const byTask = await createTask(platform.url, { codebase_id: id, session_id: 'ses_own', prompt: 'by task' })
  assert.deepEqual(await worker.claim(), [])
  let running = first
  for (const next of [early, resumed.task_id, byGiven.task_id, byTask]) {
    assert.equal((await worker.finish(running)).ok, true)
    const [task, ...rest] = await worker.claim({ wait_seconds: 10 })
    assert.ok(task)
    assert.deepEqual([task.task_id, rest], [next, []])
    // Also the task that was there before the worker told of its session goes on with that.
    assert.equal(task.session_id, 'ses_own')
    running = task
  }
  assert.deepEqual(await sessionIds(url), ['ses_own'])
})

test('a worker that tells of no session of its own leaves the one that it was given', async () => {
  const { url, worker } = await registerCodebase(platform.url)
  const { session_id: given } = (await post(`${url}/trigger`, { prompt: 'first' })).body
  const task = await claimOne(worker)
  await worker.report(task, { session_id: given })
  await worker.call(`${url}/sessions/${given}/messages/sync`, { messages: [{ id: 'm', role: 'user', content: 'x' }] })
  assert.deepEqual(await sessionIds(url), [given])
  const { session } = (await get(`${url}/sessions/${given}`)).body
  assert.deepEqual([session.context_id, session.messages_synced, session.worker_id], [given, 1, worker.id])
})

test('many tasks of one session at once begin it once', async () => {
  const { id, url } = await registerCodebase(platform.url)
  const ids = Array.from({ length: 30 }, (_, n) => `together ${n % 3}`)
  await Promise.all(ids.map(session_id => createTask(platform.url, { codebase_id: id, session_id })))
  assert.deepEqual((await sessionIds(url)).sort(), ['together 0', 'together 1', 'together 2'])
  assert.equal((await get(`${url}/sessions/${encodeURIComponent('together 1')}`)).status, 200)
})

test('what is not there is not resumed', async () => {
  const { url } = await registerCodebase(platform.url)
  assert.equal((await post(`${url}/sessions/ses_none/resume`, { prompt: 'x' })).status, 404)
  assert.equal((await post(`/v1/agent/codebases/${crypto.randomUUID()}/sessions/ses_none/resume`)).status, 404)
})
