import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog, query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
let worker: TestWorker
before(async () => {
  platform = await startPlatform()
  worker = await registerWorker(platform.url)
})
after(() => platform[Symbol.asyncDispose]())

const post = (path: string, body: unknown = {}) => call(platform.url, path, { method: 'POST', body })

/** A task whose worker says each time that it has failed and that it may be tried again. */
async function deadTask(more: object = {}): Promise<string> {
  const id = await createTask(platform.url, { max_attempts: 1, ...more })
  const task = (await worker.claim({ limit: 100 })).find(({ task_id }) => task_id === id)
  assert.ok(task)
  await worker.finish(task, { status: 'failed', error: 'no luck', retry: true })
  return id
}

test('a task that is out of attempts is a dead letter, and is done over once', async () => {
  const id = await deadTask({ title: 'Twice', prompt: 'do it', priority: 5, metadata: { a: 1 }, session_id: 's-1' })
  const dead = await getTask(platform.url, id)
  assert.deepEqual([dead.status, dead.error, dead.redriven_as], ['failed', 'no luck', null])
  assert.match(dead.dead_letter, /no attempts are left/)
  const listed = (await call(platform.url, '/v1/agent/tasks/dead-letters')).body
  assert.deepEqual([listed.tasks[0].id, listed.tasks[0].dead_letter], [id, dead.dead_letter])

  const answers = await Promise.all(Array.from({ length: 5 }, () => post(`/v1/agent/tasks/${id}/redrive`)))
  assert.deepEqual(answers.map(answer => answer.status).toSorted(), [200, 200, 200, 200, 201])
  const [next] = new Set(answers.map(answer => answer.body.task_id))
  assert.ok(answers.every(answer => answer.body.task_id === next && answer.body.redrive_of === id))
  const task = await getTask(platform.url, next)
  assert.deepEqual(
    [task.title, task.prompt, task.priority, task.metadata.a, task.session_id, task.status, task.attempt],
    ['Twice', 'do it', 5, 1, 's-1', 'pending', 0],
  )
  assert.deepEqual(task.reference_task_ids, [id])
  assert.equal((await getTask(platform.url, id)).redriven_as, next)
  assert.equal((await getTask(platform.url, id)).status, 'failed')

  const [again] = (await worker.claim()).filter(({ task_id }) => task_id === next)
  assert.ok(again)
  assert.equal((await worker.finish(again)).state, 'completed')
  await query(platform.database, 'delete from task_requests')
  assert.deepEqual(await post(`/v1/opencode/tasks/${id}/redrive`).then(a => [a.status, a.body.task_id]), [200, next])
  for (const each of [id, next]) await assertSoundLog(platform.database, each)
})

test('A2A shows what a redriven task refers to', async () => {
  const id = await deadTask()
  const { body } = await post(`/v1/agent/tasks/${id}/redrive`)
  const { result } = await platform.rpc('tasks/get', { id: body.task_id, historyLength: 10 })
  assert.deepEqual(result.history[0].referenceTaskIds, [id])
  assert.equal(result.history[0].parts[0].text, 'do it')
  assert.equal(result.status.state, 'submitted')
})

test('a redrive goes on with the id that one before it has said and not stored', async () => {
  const id = await deadTask()
  const said = crypto.randomUUID()
  await query(platform.database, `update task_work set redriven_as = '${said}' where task_id = '${id}'`)
  const { status, body } = await post(`/v1/agent/tasks/${id}/redrive`)
  assert.deepEqual([status, body.task_id], [201, said])
})

test('many are done over in one call, each with its own outcome', async () => {
  const [one, two] = [await deadTask(), await deadTask()]
  const alive = await createTask(platform.url)
  const unknown = crypto.randomUUID()
  const { status, body } = await post('/v1/agent/tasks/dead-letters/redrive', {
    task_ids: [one, two, one, alive, unknown],
  })
  assert.equal(status, 200)
  assert.deepEqual(
    body.results.map((r: { task_id: string; ok: boolean; code?: string }) => [r.task_id, r.ok, r.code]),
    [
      [one, true, undefined],
      [two, true, undefined],
      [alive, false, 'CONFLICT'],
      [unknown, false, 'TASK_NOT_FOUND'],
    ],
  )
  assert.equal((await post(`/v1/agent/tasks/${alive}/redrive`)).status, 409)
  for (const task_ids of [[], ['x'], Array(101).fill(one), 'all', undefined])
    assert.equal((await post('/v1/agent/tasks/dead-letters/redrive', { task_ids })).status, 400)
})

test('dead letters are paged, the latest first', async () => {
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.unshift(await deadTask())
  const seen: string[] = []
  for (let place = ''; seen.length < 3; ) {
    const { body } = await call(platform.url, `/v1/agent/tasks/dead-letters?limit=1${place}`)
    seen.push(...body.tasks.map((task: { id: string }) => task.id))
    place = `&before=${body.next}`
  }
  assert.deepEqual(seen, ids)
  for (const query of ['limit=0', 'limit=0x1', 'before=x', 'all=1'])
    assert.equal((await call(platform.url, `/v1/agent/tasks/dead-letters?${query}`)).status, 400, query)
})

test('a poison task starts as often as it may, and then lies among the dead letters', async () => {
  await using system = await startPlatform({ env: { CODETETHER_WORKER_LEASE_SECONDS: '3600' } })
  const { url, database } = system
  const killed = await registerWorker(url)
  const id = await createTask(url, { max_attempts: 3 })
  let starts = 0
  await waitUntil('it is given up', async () => {
    await query(
      database,
      `update tasks set lease_until = now() - interval '1 s' where id = '${id}' and state in ('submitted', 'working') and lease_until is not null`,
    )
    starts += (await killed.claim()).length
    return (await getTask(url, id)).status === 'failed'
  })
  assert.equal(starts, 3)
  const { body } = await call(url, '/v1/agent/tasks/dead-letters')
  assert.deepEqual([body.tasks.length, body.tasks[0].id, body.next], [1, id, null])
  const { status } = await call(url, `/v1/agent/tasks/${id}/redrive`, { method: 'POST' })
  assert.equal(status, 201)
  assert.equal((await killed.claim()).length, 1)
})

test('the dead letters of others are not there', async () => {
  const [ada, bob] = ['token-of-ada-1234567890', 'token-of-bob-1234567890']
  await using system = await startPlatform({ env: { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}` } })
  const as = (token: string, method: string, path: string, body?: unknown) =>
    call(system.url, path, { method, body, headers: { authorization: `Bearer ${token}` } })
  const { body } = await as(ada, 'POST', '/v1/agent/tasks', { prompt: 'x', deadline_seconds: 3600 })
  await query(system.database, 'update tasks set deadline_at = now()')
  const mine = async (token: string) => (await as(token, 'GET', '/v1/agent/tasks/dead-letters')).body.tasks.length
  await waitUntil('it has failed', async () => (await mine(ada)) === 1)
  assert.equal(await mine(bob), 0)
  assert.equal((await as(bob, 'POST', `/v1/agent/tasks/${body.task_id}/redrive`)).status, 404)
  const many = await as(bob, 'POST', '/v1/agent/tasks/dead-letters/redrive', { task_ids: [body.task_id] })
  assert.equal(many.body.results[0].code, 'TASK_NOT_FOUND')
  assert.equal((await as('nobody-1234567890123', 'GET', '/v1/agent/tasks/dead-letters')).status, 401)
})
