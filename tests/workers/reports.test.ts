import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ClaimedTask } from '@codetether/protocol/work/claim'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog, query } from '../event-log.ts'
import { message, type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
let worker: TestWorker
before(async () => {
  platform = await startPlatform({ env: { CODETETHER_WORKER_LEASE_SECONDS: '3600' } })
  worker = await registerWorker(platform.url)
})
after(() => platform[Symbol.asyncDispose]())

async function taken(more: object = {}): Promise<ClaimedTask> {
  const id = await createTask(platform.url, more)
  const [task] = await worker.claim()
  assert.equal(task?.task_id, id)
  return task
}

/** The lease of a task has run out, as if its worker had not been heard of. */
const expire = (id: string) =>
  query(platform.database, `update tasks set lease_until = now() - interval '1 s' where id = '${id}'`)

const outputOf = async (id: string): Promise<string[]> => {
  const { body } = await call(platform.url, `/v1/agent/tasks/${id}/output`)
  return body.output.filter((o: { type: string }) => o.type === 'output').map((o: { content: string }) => o.content)
}

test('a report that comes again changes nothing, one that leaves a number out is refused', async () => {
  const task = await taken()
  const { task_id, attempt, lease_token } = task
  const send = async (worker_seq: number, text: string, more: object = {}) => {
    const report = { task_id, attempt, lease_token, worker_seq, output: [{ text }], ...more }
    return (await worker.call('/v1/worker/tasks/report', { reports: [report] })).body.results[0]
  }
  assert.equal((await send(1, 'a')).ok, true)
  assert.equal((await send(1, 'a')).ok, true)
  const gap = await send(3, 'c')
  assert.deepEqual([gap.ok, gap.code, gap.expected_worker_seq], [false, 'CONFLICT', 2])
  assert.equal((await send(2, 'b')).ok, true)
  const finish = { finish: { status: 'completed', result: 'r' } }
  assert.equal((await send(3, 'c', finish)).state, 'completed')
  assert.deepEqual(await send(3, 'c', finish), { task_id, ok: true, state: 'completed' })
  assert.deepEqual(await outputOf(task_id), ['a', 'b', 'c'])
  await assertSoundLog(platform.database, task_id)
})

test('a report that has nothing but a checkpoint or a session is taken', async () => {
  const task = await taken()
  assert.equal((await worker.report(task, { checkpoint: { seq: 1, data: [1] } })).ok, true)
  assert.equal((await worker.report(task, { session_id: 'ses_7' })).ok, true)
  assert.equal((await worker.report(task, {})).ok, true)
  assert.equal((await getTask(platform.url, task.task_id)).session_id, 'ses_7')
  assert.deepEqual((await call(platform.url, `/v1/agent/tasks/${task.task_id}/output`)).body.output.length, 1)
  await worker.finish(task)
})

test('many reports of one task in one call are taken in their order', async () => {
  const task = await taken()
  const { task_id, attempt, lease_token } = task
  const reports = Array.from({ length: 100 }, (_, n) => ({
    task_id,
    attempt,
    lease_token,
    worker_seq: n + 1,
    output: [{ text: String(n) }],
  }))
  const { body } = await worker.call('/v1/worker/tasks/report', { reports })
  assert.ok(body.results.every((result: { ok: boolean }) => result.ok))
  assert.deepEqual(
    await outputOf(task_id),
    reports.map((_, n) => String(n)),
  )
})

test('writes with another attempt or token are refused as LEASE_LOST', async () => {
  const task = await taken()
  for (const wrong of [{ attempt: 2 }, { lease_token: crypto.randomUUID() }, { task_id: crypto.randomUUID() }]) {
    const { task_id, attempt, lease_token } = task
    const report = { task_id, attempt, lease_token, worker_seq: 1, output: [{ text: 'x' }], ...wrong }
    const [result] = (await worker.call('/v1/worker/tasks/report', { reports: [report] })).body.results
    assert.deepEqual([result.ok, result.code], [false, 'LEASE_LOST'])
  }
  const other = await registerWorker(platform.url)
  assert.equal((await other.report(task, { output: [{ text: 'x' }] })).code, 'LEASE_LOST')
  assert.deepEqual(await outputOf(task.task_id), [])
})

test('a task whose worker is not heard of goes on elsewhere, and late writes are refused', async () => {
  const task = await taken()
  await worker.report(task, { output: [{ text: 'first' }], checkpoint: { seq: 1, data: { line: 7 } } })
  const other = await registerWorker(platform.url)
  const waiting = other.claim({ wait_seconds: 30 })
  await expire(task.task_id)
  const [again] = await waiting
  assert.equal(again?.task_id, task.task_id)
  assert.equal(again?.attempt, 2)
  assert.deepEqual(again?.checkpoint, { line: 7 })
  assert.equal((await worker.report(task, { output: [{ text: 'late' }] })).code, 'LEASE_LOST')
  assert.equal((await worker.finish(task)).code, 'LEASE_LOST')
  if (again) assert.equal((await other.finish(again)).state, 'completed')
  assert.deepEqual(await outputOf(task.task_id), ['first'])
  await assertSoundLog(platform.database, task.task_id)
})

test('a report may have nothing but a checkpoint, or nothing at all', async () => {
  const task = await taken()
  for (const report of [{ checkpoint: { seq: 1, data: null } }, { session_id: 'of the runtime' }, {}])
    assert.equal((await worker.report(task, report)).ok, true, JSON.stringify(report))
  assert.equal((await worker.finish(task)).state, 'completed')
  await assertSoundLog(platform.database, task.task_id)
})

test('a task that its workers never finish is given up after its attempts', async () => {
  const id = await createTask(platform.url, { max_attempts: 2 })
  for (let attempt = 1; attempt <= 2; attempt++) {
    const [task] = await worker.claim({ wait_seconds: 30 })
    assert.equal(task?.attempt, attempt)
    await expire(id)
  }
  await waitUntil('it is given up', async () => (await getTask(platform.url, id)).status === 'failed')
  assert.match((await getTask(platform.url, id)).dead_letter, /not heard of/)
})

test('a failure with retry runs again after a while, and fails when no attempt is left', async () => {
  const id = await createTask(platform.url, { max_attempts: 2 })
  const [task] = await worker.claim()
  assert.ok(task)
  const finish = { status: 'failed', error: 'no network', retry: true }
  assert.equal((await worker.finish(task, finish)).state, 'submitted')
  assert.deepEqual(await worker.claim(), [])
  await expire(id)
  const [again] = await worker.claim({ wait_seconds: 30 })
  assert.equal(again?.task_id, id)
  if (again) assert.equal((await worker.finish(again, finish)).state, 'failed')
  assert.equal((await getTask(platform.url, id)).error, 'no network')
})

test('a task that is given back is there at once, and its attempts do not add up', async () => {
  const id = await createTask(platform.url, { max_attempts: 1 })
  for (let attempt = 1; attempt <= 3; attempt++) {
    const [task] = await worker.claim()
    assert.equal(task?.task_id, id)
    assert.equal(task?.attempt, attempt)
    if (task) assert.equal((await worker.finish(task, { status: 'released' })).state, 'submitted')
  }
})

test('a question waits for its answer, which goes to a worker as the next turn', async () => {
  const [given] = await worker.claim()
  if (given) await worker.finish(given)
  const task = await taken({ prompt: 'deploy' })
  assert.equal(
    (await worker.finish(task, { status: 'input-required', result: 'Which stage?' })).state,
    'input-required',
  )
  const asked = await getTask(platform.url, task.task_id)
  assert.deepEqual([asked.status, asked.question], ['input_required', 'Which stage?'])
  await platform.rpc('message/send', {
    ...message('production', { taskId: task.task_id }),
    configuration: { blocking: false },
  })
  const [again] = await worker.claim({ wait_seconds: 20 })
  assert.equal(again?.task_id, task.task_id)
  assert.equal(again?.prompt, 'production')
  assert.equal(again?.history.length, 3)
  if (again) assert.equal((await worker.finish(again)).state, 'completed')
  await assertSoundLog(platform.database, task.task_id)
})

test('a message to a task at work has a turn of its own', async () => {
  const task = await taken({ prompt: 'one' })
  await platform.rpc('message/send', {
    ...message('two', { taskId: task.task_id }),
    configuration: { blocking: false },
  })
  const first = await worker.finish(task, { status: 'completed', result: 'answer to one' })
  assert.deepEqual([first.state, first.next_turn], ['working', { prompt: 'two' }])
  const last = await worker.finish(task, { status: 'completed', result: 'answer to two' })
  assert.deepEqual([last.state, last.next_turn], ['completed', undefined])
  await assertSoundLog(platform.database, task.task_id)
})

test('cancel ends the task, and its worker learns of it', async () => {
  const task = await taken()
  const { task_id, attempt, lease_token } = task
  const { status, body } = await call(platform.url, `/v1/agent/tasks/${task_id}/cancel`, { method: 'POST', body: {} })
  assert.deepEqual([status, body.status], [200, 'cancelled'])
  const renewed = await worker.call('/v1/worker/tasks/renew', { leases: [{ task_id, attempt, lease_token }] })
  assert.deepEqual([renewed.body.held, renewed.body.lost], [[], [{ task_id, attempt, lease_token }]])
  assert.equal((await worker.finish(task)).code, 'LEASE_LOST')
  const again = await call(platform.url, `/v1/agent/tasks/${task_id}/cancel`, { method: 'POST', body: {} })
  assert.equal(again.status, 200)
  const done = await taken()
  await worker.finish(done)
  assert.equal(
    (await call(platform.url, `/v1/agent/tasks/${done.task_id}/cancel`, { method: 'POST', body: {} })).status,
    409,
  )
})

test('renewal keeps a lease', async () => {
  const task = await taken()
  const { task_id, attempt, lease_token } = task
  await query(platform.database, `update tasks set lease_until = now() + interval '2 s' where id = '${task_id}'`)
  const renewed = await worker.call('/v1/worker/tasks/renew', { leases: [{ task_id, attempt, lease_token }] })
  assert.deepEqual([renewed.body.held, renewed.body.lost], [[{ task_id, attempt, lease_token }], []])
  const [row] = await query<{ far: boolean }>(
    platform.database,
    `select lease_until > now() + interval '30 minutes' as far from tasks where id = '${task_id}'`,
  )
  assert.equal(row?.far, true)
  await worker.finish(task)
})

test('an attempt beyond all numbers is a lost lease like any other, and its neighbours are heard', async () => {
  const task_id = await createTask(platform.url)
  const [task] = await worker.claim()
  assert.ok(task)
  const { lease_token } = task
  const other = { task_id: crypto.randomUUID(), attempt: 2 ** 31, lease_token: crypto.randomUUID() }
  const leases = [{ task_id, attempt: 1, lease_token }, other, { ...other, attempt: Number.MAX_SAFE_INTEGER }]
  const renewed = await worker.call('/v1/worker/tasks/renew', { leases })
  assert.deepEqual(
    [renewed.status, renewed.body.held, renewed.body.lost.length],
    [200, [{ task_id, attempt: 1, lease_token }], 2],
  )
  const { status, body } = await worker.call('/v1/worker/tasks/report', {
    reports: [
      { task_id, attempt: 1, lease_token, worker_seq: 1, output: [{ text: 'heard' }] },
      { ...other, worker_seq: 1, finish: { status: 'completed' } },
    ],
  })
  assert.deepEqual(
    [status, body.results[0].ok, body.results[1].ok, body.results[1].code],
    [200, true, false, 'LEASE_LOST'],
  )
  await worker.report({ ...task, lease_token: crypto.randomUUID() }, { finish: { status: 'released' } })
  await worker.call('/v1/worker/tasks/release', { task_id, status: 'completed' })
})

test('renewal tells two leases of one task apart', async () => {
  const first = await taken()
  await worker.finish(first, { status: 'released' })
  const [second] = await worker.claim()
  assert.ok(second)
  assert.deepEqual([second.task_id, second.attempt], [first.task_id, 2])
  const [old, held] = [first, second].map(({ task_id, attempt, lease_token }) => ({ task_id, attempt, lease_token }))
  const { body } = await worker.call('/v1/worker/tasks/renew', { leases: [old, held] })
  assert.deepEqual([body.held, body.lost], [[held], [old]])
  await worker.finish(second)
})

test('an unregistered worker loses its tasks to others at once, and its token', async () => {
  const leaving = await registerWorker(platform.url)
  const id = await createTask(platform.url, { target_agent_name: 'test worker' })
  const [task] = await leaving.claim()
  assert.equal(task?.task_id, id)
  const { body } = await call(platform.url, `/v1/agent/workers/${leaving.id}/unregister`, { method: 'POST', body: {} })
  assert.deepEqual(body, { success: true, requeued: 1 })
  assert.equal((await worker.claim())[0]?.task_id, id)
  await waitUntil('the token is refused', async () => (await leaving.call('/v1/worker/tasks/claim', {})).status === 401)
  assert.equal((await call(platform.url, `/v1/agent/workers/${leaving.id}`)).status, 404)
})
