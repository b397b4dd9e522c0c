import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { query } from '../event-log.ts'
import { message, type Platform, startPlatform } from '../platform.ts'
import { call, getTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const send = async (text: string, more: object = {}, configuration: object = {}) =>
  (await platform.rpc('message/send', { ...message(text, more), configuration })).result

/** A worker that is there for the time of one test. */
async function withWorker(more: object, run: (worker: TestWorker) => Promise<void>) {
  const worker = await registerWorker(platform.url, more)
  await run(worker)
  await call(platform.url, `/v1/agent/workers/${worker.id}/unregister`, { method: 'POST', body: {} })
}

test('without workers a message that nobody understands is echoed', async () => {
  const task = await send('Add unit tests')
  assert.equal(task.metadata.agent, 'Echo')
})

test('with workers it is theirs, and its caller is not kept waiting', () =>
  withWorker({}, async worker => {
    const task = await send('Add unit tests')
    const { agent, routing } = task.metadata
    assert.deepEqual([task.status.state, agent, routing.by], ['submitted', 'Worker', 'worker'])
    const waiting = send('Add docs', {}, { blocking: true })
    const claimed = await worker.claim({ wait_seconds: 20 })
    assert.equal(claimed[0]?.prompt, 'Add unit tests')
    const more = claimed[1] ? [claimed[1]] : await worker.claim({ wait_seconds: 20 })
    for (const taken of [...claimed.slice(0, 1), ...more]) await worker.finish(taken)
    assert.equal((await waiting).status.state, 'completed')
    assert.equal((await getTask(platform.url, task.id)).result, 'done')
  }))

test('what an agent of the server understands whole stays its own', () =>
  withWorker({}, async () => {
    assert.equal((await send('Calculate 25 * 4')).metadata.agent, 'Calculator')
  }))

test('workers that would not take it leave it to Echo', () =>
  withWorker({ global: false }, async () => {
    assert.equal((await send('Add unit tests')).metadata.agent, 'Echo')
  }))

test('workers that were not heard of for a while leave it to Echo', () =>
  withWorker({}, async ({ id }) => {
    await query(platform.database, `update workers set seen_at = now() - interval '1 hour' where id = '${id}'`)
    assert.equal((await send('Add unit tests')).metadata.agent, 'Echo')
  }))

test('a message that demands a codebase, a worker or an agent of one is for workers, also while none is there', async () => {
  const { body } = await call(platform.url, '/v1/agent/codebases', {
    method: 'POST',
    body: { name: 'a', path: '/srv/a' },
  })
  const demands = [{ codebase_id: body.id }, { target_worker_id: 'nobody' }, { required_capabilities: ['gpu'] }]
  for (const metadata of demands) {
    const task = await send('hello', { metadata })
    assert.deepEqual([task.status.state, task.metadata.agent], ['submitted', 'Worker'])
    assert.match((await getTask(platform.url, task.id)).routing.warning, /no registered worker/)
  }
  const refused = await platform.rpc('message/send', message('hello', { metadata: { agent: 'Reviewer' } }))
  assert.equal(refused.error.code, -32602)
  await withWorker({ agents: ['reviewer'] }, async worker => {
    const task = await send('hello', { metadata: { agent: 'Reviewer' } })
    assert.equal((await worker.claim())[0]?.task_id, task.id)
  })
})

test('demands that are none are refused by field', async () => {
  const answer = await platform.rpc('message/send', message('hello', { metadata: { required_capabilities: 'gpu' } }))
  assert.equal(answer.error.code, -32602)
  assert.match(answer.error.message, /metadata.required_capabilities/)
})
