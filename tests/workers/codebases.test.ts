import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Platform, startPlatform } from '../platform.ts'
import { type Answer, call, createTask, getTask, registerWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const paths = ['/v1/agent/codebases', '/v1/agent/workspaces', '/v1/opencode/codebases', '/v1/opencode/workspaces']

const post = (path: string, body: object = {}): Promise<Answer> => call(platform.url, path, { method: 'POST', body })

async function register(name: string, more: object = {}): Promise<string> {
  const { status, body } = await post('/v1/agent/codebases', { name, path: `/srv/${name}`, ...more })
  assert.equal(status, 201, JSON.stringify(body))
  return body.id
}

test('a codebase is registered without any worker, and found under each of its names', async () => {
  const { status, body } = await post('/v1/opencode/codebases', { name: 'my-app', path: '/home/user/my-app' })
  assert.equal(status, 201)
  assert.deepEqual([body.success, body.pending, body.status, body.name], [true, true, 'pending', 'my-app'])
  for (const path of paths) {
    const one = await call(platform.url, `${path}/${body.id}`)
    assert.deepEqual([one.status, one.body.path], [200, '/home/user/my-app'], path)
    for (const list of [path, `${path}/list`])
      assert.ok(
        (await call(platform.url, list)).body.codebases.some((c: { id: string }) => c.id === body.id),
        list,
      )
  }
})

test('the same path is the same codebase, and a worker that has it becomes its owner', async () => {
  const id = await register('shared')
  assert.equal(await register('shared', { description: 'again' }), id)
  const worker = await registerWorker(platform.url, { global: false, codebases: [{ path: '/srv/shared' }] })
  const { body } = await call(platform.url, `/v1/agent/codebases/${id}`)
  assert.deepEqual([body.status, body.worker_id, body.description], ['ready', worker.id, 'again'])
})

test('trigger makes a task and names its session, in which the next one follows', async () => {
  const id = await register('triggered')
  const worker = await registerWorker(platform.url, { global: false, codebases: [{ id }] })
  const first = await post(`/v1/opencode/codebases/${id}/trigger`, { prompt: 'Add unit tests', agent: 'plan' })
  assert.equal(first.status, 200)
  assert.deepEqual([first.body.agent, first.body.codebase_id, first.body.task_status], ['plan', id, 'dispatched'])
  assert.notEqual(first.body.task_id, first.body.session_id)
  const next = await post(`/v1/agent/workspaces/${id}/trigger`, {
    prompt: 'And docs',
    session_id: first.body.session_id,
  })
  assert.equal(next.body.session_id, first.body.session_id)
  const [task, ...more] = await worker.claim()
  assert.equal(task?.task_id, first.body.task_id)
  assert.deepEqual(more, [])
  if (task) await worker.finish(task)
  assert.equal((await worker.claim({ wait_seconds: 20 }))[0]?.task_id, next.body.task_id)
})

test('a trigger that is sent again under its key finds its task and its session', async () => {
  const { url } = platform
  const { body: codebase } = await call(url, '/v1/agent/codebases', {
    method: 'POST',
    body: { name: 'again', path: '/srv/again' },
  })
  const send = (verb: string, key: string) =>
    call(url, `/v1/agent/codebases/${codebase.id}/${verb}`, {
      method: 'POST',
      body: { prompt: 'once' },
      headers: { 'idempotency-key': key },
    })
  const first = await send('trigger', 'a')
  const again = await send('trigger', 'a')
  assert.deepEqual([again.status, again.body.task_id], [200, first.body.task_id])
  assert.equal(again.body.session_id, first.body.session_id)
  const task = await send('tasks', 'b')
  const found = await send('tasks', 'b')
  assert.deepEqual([task.status, found.status, found.body.task_id], [201, 200, task.body.task_id])
})

test('a codebase that nobody has says so, and its task waits', async () => {
  const id = await register('lonely')
  const { body } = await post(`/v1/agent/codebases/${id}/trigger`, { prompt: 'x' })
  assert.equal(body.task_status, 'waiting_for_worker')
  assert.match(body.routing.warning, /codebase/)
})

test('without watch tasks wait until they are dispatched, also after a restart of the server', async () => {
  const id = await register('held')
  const worker = await registerWorker(platform.url, { global: false, codebases: [{ id }] })
  const stopped = await post(`/v1/agent/codebases/${id}/watch/stop`)
  assert.deepEqual([stopped.body.watch_mode, stopped.body.status], [false, 'idle'])
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.push(await createTask(platform.url, { codebase_id: id }))
  assert.deepEqual(await worker.claim(), [])
  await using other = await startPlatform({ database: platform.database })
  const status = await call(other.url, `/v1/agent/codebases/${id}/watch/status`)
  assert.deepEqual([status.body.watch_mode, status.body.pending_tasks, status.body.running_tasks], [false, 3, 0])
  assert.equal((await post(`/v1/agent/tasks/${ids[2]}/dispatch`)).status, 200)
  const [task] = await worker.claim()
  assert.equal(task?.task_id, ids[2])
  assert.equal((await post(`/v1/agent/tasks/${ids[2]}/dispatch`)).status, 409)
  const waiting = worker.claim({ wait_seconds: 20 })
  const started = await post(`/v1/agent/codebases/${id}/watch/start`, { interval: 7 })
  assert.deepEqual([started.body.watch_mode, started.body.interval], [true, 7])
  assert.deepEqual(
    (await waiting).map(t => t.task_id),
    ids.slice(0, 2),
  )
})

test('a running task is taken away from its worker and runs again', async () => {
  const worker = await registerWorker(platform.url)
  const id = await createTask(platform.url, { target_worker_id: worker.id })
  const [task] = await worker.claim()
  assert.ok(task)
  assert.equal((await post(`/v1/agent/tasks/${id}/requeue`)).body.status, 'pending')
  assert.equal((await worker.finish(task)).code, 'LEASE_LOST')
  const [again] = await worker.claim()
  assert.equal(again?.attempt, 2)
  if (again) await worker.finish(again)
  assert.equal((await post(`/v1/agent/tasks/${id}/requeue`)).status, 409)
  assert.equal((await getTask(platform.url, id)).status, 'completed')
})

test('a codebase with work in it is deleted only with force, which ends that work', async () => {
  const id = await register('gone')
  const worker = await registerWorker(platform.url, { global: false, codebases: [{ id }] })
  const running = await createTask(platform.url, { codebase_id: id })
  await worker.claim()
  const waiting = await createTask(platform.url, { codebase_id: id })
  const remove = (query = '') => call(platform.url, `/v1/agent/codebases/${id}${query}`, { method: 'DELETE' })
  const refusal = await remove()
  assert.equal(refusal.status, 409)
  assert.match(refusal.body.error.message, /^2 tasks of this codebase have not ended/)
  assert.equal((await remove('?force=maybe')).status, 400)
  const { status, body } = await remove('?force=true')
  assert.deepEqual([status, body.cancelled_tasks], [200, 2])
  for (const task of [running, waiting]) assert.equal((await getTask(platform.url, task)).status, 'cancelled')
  assert.equal((await call(platform.url, `/v1/agent/codebases/${id}`)).status, 404)
  assert.equal((await post(`/v1/agent/codebases/${id}/trigger`, { prompt: 'x' })).status, 404)
})

test('a codebase whose work has ended is deleted, and its tasks are kept', async () => {
  const id = await register('done')
  const worker = await registerWorker(platform.url, { global: false, codebases: [{ id }] })
  const task = await createTask(platform.url, { codebase_id: id })
  for (const claimed of await worker.claim()) await worker.finish(claimed)
  const { status, body } = await call(platform.url, `/v1/agent/codebases/${id}`, { method: 'DELETE' })
  assert.deepEqual([status, body.cancelled_tasks], [200, 0])
  assert.equal((await getTask(platform.url, task)).status, 'completed')
})

test('no task waits for a codebase that is deleted while tasks come', async () => {
  const id = await register('racing')
  const tasks = Array.from({ length: 40 }, () => post('/v1/agent/tasks', { prompt: 'x', codebase_id: id }))
  await Promise.race(tasks)
  const removed = call(platform.url, `/v1/agent/codebases/${id}?force=true`, { method: 'DELETE' })
  const ids = (await Promise.all(tasks)).flatMap(({ body }) => body.task_id ?? [])
  assert.equal((await removed).status, 200)
  assert.ok(ids.length > 0)
  for (const task of ids) assert.equal((await getTask(platform.url, task)).status, 'cancelled')
})

const refused: [what: string, body: object][] = [
  ['no name', { path: '/srv/x' }],
  ['neither path nor git_url', { name: 'x' }],
  ['a relative path', { name: 'x', path: 'x' }],
  ['a path that goes up', { name: 'x', path: '/srv/../etc' }],
  ['a remote over ssh', { name: 'x', git_url: 'ssh://git@example.com/x.git' }],
  ['a remote with credentials', { name: 'x', git_url: 'https://user:token@example.com/x.git' }],
  ['a branch that is an option', { name: 'x', git_url: 'https://example.com/x.git', git_branch: '--upload-pack=x' }],
]

for (const [what, body] of refused)
  test(`a codebase with ${what} is refused`, async () => {
    assert.equal((await post('/v1/agent/codebases', body)).status, 400)
  })
