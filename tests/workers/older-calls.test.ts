import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ClaimedTask } from '@codetether/protocol/work/claim'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
let worker: TestWorker
before(async () => {
  platform = await startPlatform()
  worker = await registerWorker(platform.url)
})
after(() => platform[Symbol.asyncDispose]())

const as = ({ token }: TestWorker, method: string, path: string, body: object) =>
  call(platform.url, path, { method, body, headers: { authorization: `Bearer ${token}` } })

async function taken(): Promise<ClaimedTask> {
  const id = await createTask(platform.url)
  const [task] = await worker.claim()
  assert.equal(task?.task_id, id)
  return task
}

for (const prefix of ['/v1/agent', '/v1/opencode'])
  test(`a worker that knows no leases puts out and finishes what it holds, below ${prefix}`, async () => {
    const { task_id: id } = await taken()
    const output = (text: string) =>
      as(worker, 'POST', `${prefix}/tasks/${id}/output`, { worker_id: worker.id, output: text })
    assert.equal((await output('one\n')).status, 200)
    await Promise.all([output('two\n'), output('two\n')])
    assert.equal((await as(worker, 'PUT', `${prefix}/tasks/${id}/status`, { status: 'running' })).body.state, 'working')
    const done = { status: 'completed', worker_id: worker.id, session_id: 'ses_1', result: 'fine', error: null }
    assert.equal((await as(worker, 'PUT', `${prefix}/tasks/${id}/status`, done)).body.state, 'completed')
    const task = await getTask(platform.url, id)
    assert.deepEqual([task.status, task.result, task.session_id], ['completed', 'fine', 'ses_1'])
    const { body } = await call(platform.url, `${prefix}/tasks/${id}/output`)
    const texts = body.output.flatMap((o: { type: string; output: string }) => (o.type === 'output' ? [o.output] : []))
    assert.deepEqual(texts, ['one\n', 'two\n', 'two\n'])
    assert.equal((await as(worker, 'PUT', `${prefix}/tasks/${id}/status`, done)).status, 409)
  })

test('nobody else is heard: not another worker, nor a user', async () => {
  const { task_id: id } = await taken()
  const other = await registerWorker(platform.url)
  const status = { status: 'completed', result: 'forged' }
  assert.equal((await as(other, 'PUT', `/v1/agent/tasks/${id}/status`, status)).status, 409)
  assert.equal((await as(other, 'POST', `/v1/agent/tasks/${id}/output`, { output: 'forged' })).status, 409)
  const user = await call(platform.url, `/v1/agent/tasks/${id}/status`, { method: 'PUT', body: status })
  assert.equal(user.status, 403)
  assert.equal((await getTask(platform.url, id)).status, 'running')
  for (const unknown of ['x', crypto.randomUUID()])
    assert.equal((await as(worker, 'PUT', `/v1/agent/tasks/${unknown}/status`, status)).status, 409)
})

test('release and heartbeat of older workers', async () => {
  const { task_id } = await taken()
  const beat = {
    task_id,
    worker_id: worker.id,
    progress_pct: 40,
    status_message: 'at it',
    checkpoint: { n: 1 },
    checkpoint_seq: 3,
  }
  assert.equal((await as(worker, 'POST', '/v1/worker/tasks/heartbeat', beat)).body.state, 'working')
  assert.deepEqual((await getTask(platform.url, task_id)).progress, { percent: 40, message: 'at it' })
  const back = await as(worker, 'POST', '/v1/worker/tasks/release', { task_id, status: 'pending' })
  assert.equal(back.body.state, 'submitted')
  const [again] = await worker.claim()
  assert.deepEqual([again?.task_id, again?.checkpoint], [task_id, { n: 1 }])
  const failed = await as(worker, 'POST', '/v1/worker/tasks/release', { task_id, status: 'failed', error: 'no disk' })
  assert.equal(failed.body.state, 'failed')
  assert.equal((await getTask(platform.url, task_id)).error, 'no disk')
})

test('a status that is none is refused by field', async () => {
  const { task_id } = await taken()
  const answer = await as(worker, 'PUT', `/v1/agent/tasks/${task_id}/status`, { status: 'finished' })
  assert.equal(answer.status, 400)
  assert.match(answer.body.error.message, /status/)
})
