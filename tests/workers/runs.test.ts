import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker } from './worker-calls.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

interface Run {
  id: string
  task_id: string
  attempt: number
  status: string
  worker_id: string
  completed_at: string | null
  runtime_seconds: number | null
}

const get = (path: string) => call(platform.url, path)
const runsOf = async (search = ''): Promise<Run[]> => (await get(`/v1/queue/runs${search}`)).body.runs

test('each attempt is a run, which says how it ended', async () => {
  const { url, database } = platform
  const worker = await registerWorker(url, { agents: ['runner'] })
  const id = await createTask(url, { title: 'Many', target_agent_name: 'runner' })
  assert.deepEqual(await runsOf(`?task_id=${id}`), [])
  const claim = async () => {
    const [task] = await worker.claim({ wait_seconds: 20 })
    assert.equal(task?.task_id, id)
    return task
  }
  await worker.finish(await claim(), { status: 'released' })
  await claim()
  await call(url, `/v1/agent/tasks/${id}/requeue`, { method: 'POST' })
  await claim()
  await query(database, `update tasks set lease_until = now() - interval '1 s' where id = '${id}'`)
  const last = await claim()
  await worker.report(last, { output: [{ text: 'something' }] })
  assert.equal((await runsOf(`?task_id=${id}`))[0]?.status, 'running')
  await worker.finish(last)
  const runs = await runsOf(`?task_id=${id}`)
  assert.deepEqual(
    runs.map(run => [run.id, run.attempt, run.status, run.worker_id]),
    [
      [`${id}.4`, 4, 'completed', worker.id],
      [`${id}.3`, 3, 'lost', worker.id],
      [`${id}.2`, 2, 'requeued', worker.id],
      [`${id}.1`, 1, 'released', worker.id],
    ],
  )
  for (const run of runs) {
    assert.ok(run.completed_at !== null && run.runtime_seconds !== null && run.runtime_seconds >= 0)
    assert.deepEqual((await get(`/v1/queue/runs/${run.id}`)).body, run)
  }
})

test('runs are paged over tasks and attempts', async () => {
  const { url } = platform
  const worker = await registerWorker(url, { agents: ['pager'] })
  for (let n = 0; n < 3; n++) {
    const id = await createTask(url, { target_agent_name: 'pager' })
    for (let attempt = 1; attempt <= 3; attempt++) {
      const [task] = await worker.claim()
      assert.equal(task?.task_id, id)
      await worker.finish(task, attempt === 3 ? undefined : { status: 'released' })
    }
  }
  const whole = (await runsOf('?limit=100')).map(run => run.id)
  const seen: string[] = []
  for (let place = ''; ; ) {
    const { body } = await get(`/v1/queue/runs?limit=2${place}`)
    seen.push(...body.runs.map((run: Run) => run.id))
    if (body.next === null) break
    place = `&before=${body.next}`
  }
  assert.deepEqual(seen, whole)
  assert.ok(whole.length >= 9)
})

test('strange runs are not there, and strange questions are refused', async () => {
  const id = await createTask(platform.url)
  for (const run of ['x', `${id}.1`, `${id}.0`, `${id}.01`, `${id}.99999999999`, `${id}.1.1`, `${id}.0x1`, '%00.1'])
    assert.equal((await get(`/v1/queue/runs/${run}`)).status, 404, run)
  for (const search of ['limit=0x10', 'limit=101', 'before=x', `before=${id}`, 'task_id=1', 'more=1'])
    assert.equal((await get(`/v1/queue/runs?${search}`)).status, 400, search)
})

test('my queue tells what waits, what runs, and how much may', async () => {
  await using system = await startPlatform({ env: { CODETETHER_MAX_RUNNING_PER_USER: '2' } })
  const worker = await registerWorker(system.url)
  for (let n = 0; n < 4; n++) await createTask(system.url, { title: `t${n}` })
  const taken = await worker.claim()
  const { body } = await call(system.url, '/v1/queue/my')
  assert.deepEqual(
    [body.queued, body.running, body.max_running, body.max_running_of_tenant, body.workers_online],
    [2, 2, 2, null, 1],
  )
  assert.deepEqual(body.runs.map((run: Run) => run.id).toSorted(), taken.map(task => `${task.task_id}.1`).toSorted())
})

test('a task is dispatched at once, also where its codebase is not watched', async () => {
  const { url } = platform
  const post = (path: string, body: unknown, headers = {}) => call(url, path, { method: 'POST', body, headers })
  const owner = await registerWorker(url, { global: false, codebases: [{ path: '/srv/dispatched' }] })
  const [codebase_id] = (await get(`/v1/agent/workers/${owner.id}`)).body.codebases
  await post(`/v1/agent/codebases/${codebase_id}/watch/stop`, {})
  const held = await createTask(url, { codebase_id })
  const key = { 'idempotency-key': crypto.randomUUID() }
  const made = await post('/v1/tasks/dispatch', { prompt: 'now', codebase_id }, key)
  assert.deepEqual([made.status, made.body.status, made.body.run_id], [201, 'pending', null])
  const again = await post('/v1/tasks/dispatch', { prompt: 'now', codebase_id }, key)
  assert.deepEqual([again.status, again.body.task_id], [200, made.body.task_id])
  assert.deepEqual(
    (await owner.claim()).map(task => task.task_id),
    [made.body.task_id],
  )
  const shown = (await get(`/v1/tasks/dispatch/${made.body.task_id}`)).body
  assert.deepEqual([shown.status, shown.run_id, shown.worker_id], ['running', `${made.body.task_id}.1`, owner.id])
  assert.equal((await post('/v1/tasks/dispatch', { task_id: held })).status, 200)
  assert.deepEqual(
    (await owner.claim()).map(task => task.task_id),
    [held],
  )
  // The path looks like one of A2A v0.3, whose errors have another shape.
  const twice = await post('/v1/tasks/dispatch', { task_id: held })
  assert.deepEqual([twice.status, twice.body.error.status], [409, 'ABORTED'])
  assert.equal((await post('/v1/tasks/dispatch', { task_id: crypto.randomUUID() })).status, 404)
  for (const body of [{}, [], { task_id: 'x' }, { prompt: 7 }, { prompt: 'x', priority: 2 ** 40 }])
    assert.equal((await post('/v1/tasks/dispatch', body)).status, 400, JSON.stringify(body))
})

test('runs, queue and dispatches of others are not there', async () => {
  await using system = await startPlatform({ env: { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}` } })
  const as = (token: string, path: string, body?: unknown) =>
    call(system.url, path, {
      ...(body !== undefined && { method: 'POST', body }),
      headers: { authorization: `Bearer ${token}` },
    })
  const registered = await as(ada, '/v1/agent/workers/register', { worker_id: 'w', name: 'w', global: true })
  const { task_id } = (await as(ada, '/v1/tasks/dispatch', { prompt: 'hers' })).body
  await as(registered.body.worker_token, '/v1/worker/tasks/claim', { limit: 5 })
  await waitUntil('it runs', async () => (await as(ada, `/v1/agent/tasks/${task_id}`)).body.status === 'running')
  assert.equal((await as(ada, '/v1/queue/runs')).body.runs.length, 1)
  assert.deepEqual((await as(bob, '/v1/queue/runs')).body, { runs: [], next: null })
  assert.deepEqual((await as(bob, `/v1/queue/runs?task_id=${task_id}`)).body.runs, [])
  assert.deepEqual((await as(bob, '/v1/queue/my')).body.runs, [])
  assert.equal((await as(bob, '/v1/queue/my')).body.running, 0)
  for (const path of [`/v1/queue/runs/${task_id}.1`, `/v1/tasks/dispatch/${task_id}`])
    assert.deepEqual([(await as(bob, path)).status, (await as(ada, path)).status], [404, 200], path)
  assert.equal((await as(bob, '/v1/tasks/dispatch', { task_id })).status, 404)
  for (const path of [
    '/v1/queue/runs',
    '/v1/queue/my',
    `/v1/queue/runs/${task_id}.1`,
    `/v1/tasks/dispatch/${task_id}`,
  ]) {
    assert.equal((await as('nobody-1234567890123', path)).status, 401, path)
    assert.equal((await as(registered.body.worker_token, path)).status, 403, path)
  }
})

test('the task that is dispatched is shown as any other', async () => {
  const { body } = await call(platform.url, '/v1/tasks/dispatch', { method: 'POST', body: { prompt: 'x' } })
  assert.equal((await getTask(platform.url, body.task_id)).prompt, 'x')
})
