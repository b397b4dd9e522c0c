import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog, query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

test('a task is taken, put out, finished, and everybody sees it', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const id = await createTask(url, { title: 'First', prompt: 'Add unit tests' })
  assert.equal((await getTask(url, id)).status, 'pending')
  const [task] = await worker.claim()
  assert.ok(task)
  assert.equal(task.task_id, id)
  assert.equal(task.prompt, 'Add unit tests')
  assert.equal(task.title, 'First')
  assert.equal(task.attempt, 1)
  assert.equal((await getTask(url, id)).status, 'running')
  assert.deepEqual(await worker.claim(), [])
  const output = await worker.report(task, { output: [{ text: 'one\n' }, { stream: 'stderr', text: 'two\n' }] })
  assert.deepEqual(output, { task_id: id, ok: true, state: 'working' })
  assert.equal((await worker.finish(task)).state, 'completed')
  const done = await getTask(url, id)
  assert.equal(done.status, 'completed')
  assert.equal(done.result, 'done')
  assert.equal(done.worker_id, worker.id)
  const { body } = await call(url, `/v1/agent/tasks/${id}/output`)
  assert.deepEqual(
    body.output.filter((o: { type: string }) => o.type === 'output').map((o: { content: string }) => o.content),
    ['one\n', 'two\n'],
  )
  assert.equal(body.done, true)
  const shown = (await platform.rpc('tasks/get', { id })).result
  assert.equal(shown.status.state, 'completed')
  assert.equal(shown.artifacts[0].parts[0].text, 'done')
  await assertSoundLog(platform.database, id)
})

test('the higher priority comes first, then who waits longest', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const ids: string[] = []
  for (const priority of [0, 5, 0, 5]) ids.push(await createTask(url, { priority }))
  const claimed: string[] = []
  for (let n = 0; n < 4; n++) for (const task of await worker.claim({ limit: 1 })) claimed.push(task.task_id)
  assert.deepEqual(claimed, [ids[1], ids[3], ids[0], ids[2]])
})

test('two workers that claim at once get different tasks', async () => {
  const { url } = platform
  const workers = await Promise.all(Array.from({ length: 4 }, () => registerWorker(url)))
  const ids = await Promise.all(Array.from({ length: 40 }, () => createTask(url)))
  const claimed: string[] = []
  while (claimed.length < ids.length) {
    const batches = await Promise.all(workers.map(worker => worker.claim({ limit: 3 })))
    claimed.push(...batches.flat().map(task => task.task_id))
  }
  assert.deepEqual(claimed.toSorted(), ids.toSorted())
})

test('a claim waits for the first task', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const waiting = worker.claim({ wait_seconds: 30 })
  const id = await createTask(url)
  assert.equal((await waiting)[0]?.task_id, id)
})

test('a task by its id is to be had once', async () => {
  const { url } = platform
  const [worker, other] = [await registerWorker(url), await registerWorker(url)]
  const id = await createTask(url)
  const won = await worker.call('/v1/worker/tasks/claim', { task_id: id })
  assert.equal(won.status, 200)
  assert.equal(won.body.tasks[0].task_id, id)
  for (const loser of [worker, other])
    assert.equal((await loser.call('/v1/worker/tasks/claim', { task_id: id })).status, 409)
  assert.equal((await other.call('/v1/worker/tasks/claim', { task_id: crypto.randomUUID() })).status, 409)
})

test('a task goes to a worker that fulfils all demands, and to no other', async () => {
  const { url } = platform
  const models = [{ id: 'claude', provider_id: 'anthropic' }]
  const able = await registerWorker(url, { capabilities: ['gpu', 'docker', 'x'], models, agents: ['tester'] })
  const others = [
    await registerWorker(url, { capabilities: ['gpu'], models, agents: ['tester'] }),
    await registerWorker(url, { capabilities: ['gpu', 'docker'], agents: ['tester'] }),
    await registerWorker(url, { capabilities: ['gpu', 'docker'], models }),
    await registerWorker(url, { capabilities: ['gpu', 'docker'], models, agents: ['tester'], global: false }),
  ]
  const id = await createTask(url, {
    required_capabilities: ['docker', 'gpu'],
    model: 'anthropic:claude',
    target_agent_name: 'Tester',
  })
  for (const other of others) assert.deepEqual(await other.claim(), [])
  assert.equal((await able.claim())[0]?.task_id, id)
  const targeted = await createTask(url, { target_worker_id: able.id })
  for (const other of others) assert.deepEqual(await other.claim(), [])
  assert.equal((await able.claim())[0]?.task_id, targeted)
})

test('a codebase is worked on only by workers that have it', async () => {
  const { url } = platform
  const owner = await registerWorker(url, { global: false, codebases: [{ name: 'app', path: '/srv/app' }] })
  const { body } = await call(url, `/v1/agent/workers/${owner.id}`)
  const [codebase_id] = body.codebases
  const other = await registerWorker(url, { codebases: [{ name: 'app', path: '/srv/other' }] })
  const id = await createTask(url, { codebase_id })
  assert.deepEqual(await other.claim(), [])
  const [task] = await owner.claim()
  assert.equal(task?.task_id, id)
  assert.equal(task?.path, '/srv/app')
  const unknown = await call(url, '/v1/agent/tasks', {
    method: 'POST',
    body: { prompt: 'x', codebase_id: crypto.randomUUID() },
  })
  assert.equal(unknown.status, 404)
})

test('a task that nobody could ever take says so', async () => {
  const { url } = platform
  const id = await createTask(url, { required_capabilities: ['time travel'] })
  assert.match((await getTask(url, id)).routing.warning, /no registered worker.*time travel/)
})

test('a task that nobody takes by its deadline fails', async () => {
  const { url, database } = platform
  const id = await createTask(url, { required_capabilities: ['time travel'], deadline_seconds: 3600 })
  await query(database, `update tasks set deadline_at = now() where id = '${id}'`)
  await waitUntil('it has failed', async () => (await getTask(url, id)).status === 'failed')
  assert.match((await getTask(url, id)).error, /no worker took it before its deadline/)
})

test('the tasks of a session run one at a time, in their order', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const session_id = crypto.randomUUID()
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.push(await createTask(url, { session_id, agent_type: n === 1 ? 'plan' : 'build' }))
  for (const id of ids) {
    const [task, ...more] = await worker.claim({ wait_seconds: 20 })
    assert.equal(task?.task_id, id)
    assert.deepEqual(more, [])
    assert.deepEqual(await worker.claim(), [])
    if (task) await worker.finish(task)
  }
})

test('a claim of large tasks has an answer of a bearable size, and leaves the rest', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const prompt = 'x'.repeat(1024 * 1024)
  for (let n = 0; n < 12; n++) await createTask(url, { prompt, target_worker_id: worker.id })
  const first = await worker.claim({ limit: 100 })
  assert.equal(first.length, 8)
  assert.equal((await worker.claim({ limit: 100 })).length, 4)
})

test('a delayed task is not to be had before its time', async () => {
  const { url, database } = platform
  const worker = await registerWorker(url)
  const id = await createTask(url, { delay_seconds: 3600 })
  assert.deepEqual(await worker.claim(), [])
  const waiting = worker.claim({ wait_seconds: 30 })
  await query(database, `update tasks set lease_until = now() where id = '${id}'`)
  assert.equal((await waiting)[0]?.task_id, id)
})

test('the tasks of a session that wait for each other keep no worker from other work', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  const session_id = crypto.randomUUID()
  for (let n = 0; n < 4; n++) await createTask(url, { session_id })
  const other = await createTask(url)
  const [first] = await worker.claim({ limit: 1 })
  assert.ok(first)
  assert.equal(first.session_id, session_id)
  const second = await worker.claim({ limit: 1 })
  assert.deepEqual(
    second.map(task => task.task_id),
    [other],
  )
})
