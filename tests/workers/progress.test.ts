import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
let worker: TestWorker
before(async () => {
  platform = await startPlatform({ env: { CODETETHER_WORKER_LEASE_SECONDS: '3600' } })
  worker = await registerWorker(platform.url)
})
after(() => platform[Symbol.asyncDispose]())

const get = (path: string, url = platform.url) => call(url, path)

async function taken(more: object = {}): Promise<string> {
  const task_id = await createTask(platform.url, more)
  const { status, body } = await worker.call('/v1/worker/tasks/claim', { task_id })
  assert.equal(status, 200, JSON.stringify(body))
  return task_id
}

const beat = (task_id: string, more: object, path = 'heartbeat/extended') =>
  worker.call(`/v1/worker/tasks/${path}`, { task_id, worker_id: worker.id, ...more })

test('an older worker claims a task by its id, and the extended claim has all of it', async () => {
  const task_id = await createTask(platform.url, { time_limit_seconds: 900, title: 'One' })
  const older = await worker.call('/v1/worker/tasks/claim', { task_id })
  const { tasks: _, ...shape } = older.body
  assert.deepEqual(shape, {
    success: true,
    task_id,
    worker_id: worker.id,
    message: 'the task is yours',
    run_id: `${task_id}.1`,
    task_timeout_seconds: 900,
    checkpoint: null,
  })
  await beat(task_id, { checkpoint: { at: 'step 7' }, checkpoint_seq: 7 })
  await worker.call('/v1/worker/tasks/release', { task_id, status: 'pending' })
  const { status, body } = await worker.call('/v1/worker/tasks/claim/extended', { task_id })
  assert.equal(status, 200)
  assert.deepEqual(
    [body.success, body.run_id, body.title, body.prompt, body.attempt, body.checkpoint, body.checkpoint_seq],
    [true, `${task_id}.2`, 'One', 'do it', 2, { at: 'step 7' }, 7],
  )
  assert.match(body.lease_token, /^[0-9a-f-]{36}$/)
  assert.equal((await worker.call('/v1/worker/tasks/claim/extended', { task_id })).status, 409)
  for (const given of [{}, { task_id: 'x' }, { task_id: 7 }])
    assert.equal((await worker.call('/v1/worker/tasks/claim/extended', given)).status, 400)
})

for (const path of ['heartbeat', 'heartbeat/extended'])
  test(`what ${path} tells is the progress of the task, and a stale checkpoint is refused`, async () => {
    const task_id = await taken()
    const told = {
      progress_pct: 30,
      status_message: 'at it',
      log_tail: 'line 9\n',
      runner_metadata: { host: 'rack-1' },
    }
    const { status, body } = await beat(task_id, { ...told, checkpoint: { n: 3 }, checkpoint_seq: 3 }, path)
    assert.deepEqual([status, body.success, body.state, body.lease_seconds], [200, true, 'working', 3600])
    const shown = (await get(`/v1/worker/tasks/${task_id}/progress`)).body
    const { progress_pct, status_message, log_tail, runner_metadata } = shown
    assert.deepEqual({ progress_pct, status_message, log_tail, runner_metadata }, told)
    assert.deepEqual([shown.checkpoint, shown.checkpoint_seq, shown.status], [{ n: 3 }, 3, 'running'])
    for (const [seq, n] of [
      [2, 3],
      [3, 4],
    ]) {
      const stale = await beat(task_id, { checkpoint: { n }, checkpoint_seq: seq, progress_pct: 99 }, path)
      assert.equal(stale.status, 409)
      assert.equal((await getTask(platform.url, task_id)).progress.percent, 30)
    }
    // The answer to it was lost, and it comes again.
    assert.equal((await beat(task_id, { checkpoint: { n: 3 }, checkpoint_seq: 3 }, path)).status, 200)
    assert.equal((await beat(task_id, { checkpoint: { n: 4 }, checkpoint_seq: 4 }, path)).status, 200)
    const hostile = [
      { progress_pct: 101 },
      { log_tail: 'x'.repeat(5_000) },
      { runner_metadata: [] },
      { runner_metadata: { x: 'y'.repeat(5_000) } },
      { checkpoint: 'x'.repeat(300_000), checkpoint_seq: 9 },
      { checkpoint: 1, checkpoint_seq: 0 },
      { checkpoint: 1, checkpoint_seq: 2 ** 63 },
    ]
    for (const more of hostile)
      assert.equal((await beat(task_id, more, path)).status, 400, JSON.stringify(more).slice(0, 80))
    const other = await registerWorker(platform.url)
    assert.equal((await other.call(`/v1/worker/tasks/${path}`, { task_id, progress_pct: 1 })).status, 409)
    assert.equal(
      (await call(platform.url, `/v1/worker/tasks/${path}`, { method: 'POST', body: { task_id } })).status,
      403,
    )
  })

test('a running task without a word is silent, and resumed it goes on from its checkpoint', async () => {
  const { url, database } = platform
  const [silent, lively] = [await taken(), await taken()]
  await beat(silent, { checkpoint: { step: 2 }, checkpoint_seq: 2 })
  await query(database, `update tasks set updated_at = now() - interval '400 s' where id = '${silent}'`)
  const ids = async (search = '') =>
    (await get(`/v1/worker/tasks/silent${search}`)).body.tasks.map((task: { task_id: string }) => task.task_id)
  assert.deepEqual(await ids(), [silent])
  assert.deepEqual(await ids('?seconds=500'), [])
  assert.ok(!(await ids()).includes(lively))
  const resumed = await call(url, '/v1/worker/tasks/resume', { method: 'POST', body: { task_id: silent } })
  assert.deepEqual(
    [resumed.status, resumed.body.status, resumed.body.checkpoint, resumed.body.resume_attempt],
    [200, 'pending', { step: 2 }, 2],
  )
  assert.equal((await beat(silent, { progress_pct: 1 })).status, 409)
  const next = await registerWorker(url)
  const { body } = await next.call('/v1/worker/tasks/claim/extended', { task_id: silent })
  assert.deepEqual([body.attempt, body.checkpoint, body.checkpoint_seq], [2, { step: 2 }, 2])
  await next.call('/v1/worker/tasks/release', { task_id: silent, status: 'completed' })
  assert.equal((await call(url, '/v1/worker/tasks/resume', { method: 'POST', body: { task_id: silent } })).status, 409)
  for (const search of ['?seconds=0', '?seconds=0x10', '?limit=1e1', '?x=1'])
    assert.equal((await get(`/v1/worker/tasks/silent${search}`)).status, 400, search)
  for (const task_id of ['x', 7, undefined])
    assert.equal((await call(url, '/v1/worker/tasks/resume', { method: 'POST', body: { task_id } })).status, 400)
})

test('progress is told to the caller alone', async () => {
  const [ada, bob] = ['token-of-ada-1234567890', 'token-of-bob-1234567890']
  await using system = await startPlatform({ env: { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}` } })
  const as = (token: string, path: string, body?: unknown) =>
    call(system.url, path, {
      ...(body !== undefined && { method: 'POST', body }),
      headers: { authorization: `Bearer ${token}` },
    })
  const token = (await as(ada, '/v1/agent/workers/register', { worker_id: 'w', name: 'w', global: true })).body
    .worker_token
  const { task_id } = (await as(ada, '/v1/agent/tasks', { prompt: 'hers' })).body
  await as(token, '/v1/worker/tasks/claim', { task_id })
  await query(system.database, `update tasks set updated_at = now() - interval '400 s'`)
  const path = `/v1/worker/tasks/${task_id}/progress`
  assert.deepEqual(
    [(await as(ada, path)).status, (await as(bob, path)).status, (await as(token, path)).status],
    [200, 404, 403],
  )
  assert.equal((await as(ada, '/v1/worker/tasks/silent')).body.count, 1)
  assert.equal((await as(bob, '/v1/worker/tasks/silent')).body.count, 0)
  assert.equal((await as(bob, '/v1/worker/tasks/resume', { task_id })).status, 404)
  assert.equal((await as(token, '/v1/worker/tasks/resume', { task_id })).status, 403)
  assert.equal((await as('nobody-1234567890123', path)).status, 401)
})

test('the reaper tells what it has done, on whichever replica', async () => {
  await using first = await startPlatform()
  await using second = await startPlatform({ database: first.database })
  const lost = await registerWorker(first.url)
  const task_id = await createTask(first.url)
  await lost.call('/v1/worker/tasks/claim', { task_id })
  await query(first.database, `update tasks set lease_until = now() - interval '1 s' where id = '${task_id}'`)
  for (const { url } of [first, second])
    await waitUntil('it is told', async () => {
      const { body } = await get('/v1/agent/reaper/health', url)
      return body.figures.requeued === 1 && body.sweepers === 2
    })
  const { body } = await get('/v1/opencode/reaper/health', second.url)
  assert.deepEqual([body.status, body.late_tasks, body.interval_seconds, body.figures.given_up], ['healthy', 0, 1, 0])
  assert.ok(body.last_run_age_seconds < 15 && Date.parse(body.last_run_at) > 0)
  await query(first.database, `update sweeps set swept_at = now() - interval '20 s'`)
  // Whoever sweeps says so again within some seconds.
  await waitUntil(
    'it is heard of again',
    async () => (await get('/v1/agent/reaper/health', second.url)).body.sweepers === 2,
  )
})

test('who is connected is told, with streams and claims that wait', async () => {
  await using system = await startPlatform()
  const { url, database } = system
  const here = await registerWorker(url, { worker_id: 'here' })
  const away = await registerWorker(url, { worker_id: 'away' })
  await query(database, `update workers set seen_at = now() - interval '1 hour'`)
  assert.deepEqual((await get('/v1/worker/connected', url)).body, { workers: [], next: null })
  const leave = new AbortController()
  const headers = { authorization: `Bearer ${here.token}` }
  const stream = await fetch(`${url}/v1/worker/tasks/stream`, { headers, signal: leave.signal })
  const claim = here.claim({ wait_seconds: 30 })
  const shown = async () => (await get('/v1/worker/connected/here', url)).body
  await waitUntil('both are there', async () => (await shown()).streams === 1 && (await shown()).waiting_claims === 1)
  const { workers } = (await get('/v1/worker/connected', url)).body
  assert.deepEqual(
    workers.map((w: { worker_id: string; connected: boolean }) => [w.worker_id, w.connected]),
    [['here', true]],
  )
  assert.equal((await get('/v1/worker/connected/away', url)).body.connected, false)
  leave.abort()
  await stream.body?.cancel().catch(() => undefined)
  await createTask(url)
  await claim
  await waitUntil('nobody is there', async () => (await shown()).streams === 0 && (await shown()).waiting_claims === 0)
  assert.equal((await get('/v1/worker/connected/nobody', url)).status, 404)
  assert.equal((await get('/v1/worker/connected?limit=0x1', url)).status, 400)
  assert.equal(
    (await call(url, '/v1/worker/connected', { headers: { authorization: `Bearer ${away.token}` } })).status,
    403,
  )
})
