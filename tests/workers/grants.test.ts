import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { message, type Platform, startPlatform } from '../platform.ts'
import { type Caller, callersEnv, tokens } from './callers.ts'
import { type Answer, call } from './worker-calls.ts'

const env = {
  ...callersEnv,
  A2A_WORKER_GRANTS: 'ops:*,gpu:capability=gpu+agent=trainer*+model=local/*',
}

let platform: Platform
before(async () => {
  platform = await startPlatform({ env })
})
after(() => platform[Symbol.asyncDispose]())

const post = (token: string, path: string, body: object = {}, { url } = platform): Promise<Answer> =>
  call(url, path, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })

const get = (caller: Caller, path: string): Promise<Answer> =>
  call(platform.url, path, { headers: { authorization: `Bearer ${tokens[caller]}` } })

const register = (caller: Caller, id: string, more: object = {}): Promise<Answer> =>
  post(tokens[caller], '/v1/agent/workers/register', { worker_id: id, name: id, global: true, ...more })

const claim = async (workerToken: string): Promise<string[]> =>
  (await post(workerToken, '/v1/worker/tasks/claim', { limit: 100 })).body.tasks.map(
    (task: { task_id: string }) => task.task_id,
  )

const create = async (caller: Caller, task: object = {}): Promise<Answer['body']> =>
  (await post(tokens[caller], '/v1/agent/tasks', { prompt: `of ${caller}`, ...task })).body

const unregister = (caller: Caller, id: string) => post(tokens[caller], `/v1/agent/workers/${id}/unregister`)

test('a worker of a plain user gets this user’s tasks and nobody else’s', async () => {
  const { body } = await register('bob', 'private')
  assert.equal(body.worker.shared, false)
  const hers = await create('ada')
  const his = await create('bob')
  assert.match(hers.routing.warning, /no registered worker/)
  assert.deepEqual([hers.routing.workers, his.routing.workers], [0, 1])
  const targeted = await create('ada', { target_worker_id: 'private' })
  assert.equal(targeted.routing.workers, 0)
  assert.deepEqual(await claim(body.worker_token), [his.task_id])
  assert.equal((await post(body.worker_token, '/v1/worker/tasks/claim', { task_id: hers.task_id })).status, 409)
  const told = await platform.rpc('message/send', message('Add docs'), { authorization: `Bearer ${tokens.ada}` })
  assert.equal(told.result.metadata.agent, 'Echo')
  const named = message('x', { metadata: { agent: 'private' } })
  const refused = await platform.rpc('message/send', named, { authorization: `Bearer ${tokens.ada}` })
  assert.equal(refused.error.code, -32602)
  await unregister('bob', 'private')
})

test('a worker of a plain user is there for this user alone', async () => {
  await register('bob', 'hidden', { models: [{ id: 'p/hidden' }], agents: ['stealth'] })
  for (const path of ['/v1/agent/workers', '/v1/agent/models', '/v1/agent/agents', '/v1/agent/providers'])
    assert.deepEqual(Object.values((await get('ada', path)).body)[0], [], path)
  assert.equal((await get('ada', '/v1/agent/workers/hidden')).status, 404)
  assert.equal((await get('ada', '/v1/queue/status')).body.workers_online, 0)
  assert.equal((await get('bob', '/v1/agent/workers/hidden')).status, 200)
  assert.equal((await get('bob', '/v1/queue/status')).body.workers_online, 1)
  assert.equal((await unregister('ada', 'hidden')).status, 404)
  await unregister('bob', 'hidden')
})

test('a codebase shows the workers that serve whoever asks, and waits for one of them', async () => {
  const { body } = await register('bob', 'digger', { codebases: [{ path: '/srv/dig', name: 'dig' }] })
  const [id] = body.worker.codebases
  for (const path of [`/v1/agent/codebases/${id}`, `/v1/agent/codebases/${id}/status`]) {
    const [hers, his] = [(await get('ada', path)).body, (await get('bob', path)).body]
    assert.deepEqual([hers.status, hers.workers], ['pending', []], path)
    assert.deepEqual([his.status, his.workers[0].worker_id], ['ready', 'digger'], path)
  }
  assert.equal((await get('ada', '/v1/agent/codebases')).body.codebases[0].worker_id, null)
  const figures = async (caller: Caller) => {
    const { body } = await get(caller, '/v1/agent/status')
    return [body.available, body.workers, body.workers_online, body.ready_codebases]
  }
  assert.deepEqual(await figures('ada'), [false, 0, 0, 0])
  assert.deepEqual(await figures('bob'), [true, 1, 1, 1])
  const waiting = await create('ada', { codebase_id: id })
  assert.match(waiting.routing.warning, /one that serves its caller and has the codebase/)
  await unregister('bob', 'digger')
})

test('a worker of whom the operator has named serves everybody, or its owner alone if it says so', async () => {
  const { body } = await register('ops', 'shared', { capabilities: ['anything'] })
  assert.equal(body.worker.shared, true)
  assert.equal((await get('ada', '/v1/agent/workers/shared')).body.shared, true)
  const ids = [(await create('ada')).task_id, (await create('bob')).task_id]
  const claimed = await claim(body.worker_token)
  for (const id of ids) assert.ok(claimed.includes(id))
  const own = await post(body.worker_token, '/v1/agent/workers/register', {
    worker_id: 'shared',
    name: 'shared',
    shared: false,
  })
  assert.equal(own.body.worker.shared, false)
  const hers = await create('ada')
  assert.ok(!(await claim(body.worker_token)).includes(hers.task_id))
  await unregister('ops', 'shared')
})

const excess: [what: string, more: object][] = [
  ['a capability', { capabilities: ['gpu', 'payroll'] }],
  ['an agent', { agents: ['trainer', 'reviewer'] }],
  ['its own name', { name: 'reviewer' }],
  ['a model', { models: [{ id: 'local/a' }, { id: 'openai/gpt-5' }] }],
  ['a model of an agent', { agents: [{ name: 'trainer 2', model: 'openai/gpt-5' }] }],
]

for (const [what, more] of excess)
  test(`a worker that registers ${what} for which there is no grant is refused`, async () => {
    const { status, body } = await register('gpu', 'trainer-1', more)
    assert.equal(status, 403, JSON.stringify(body))
    assert.match(body.error.message, /may not be this/)
    assert.equal((await get('gpu', '/v1/agent/workers/trainer-1')).status, 404)
    // What it says to its owner is nobody else's business.
    const name = `own-${what.replaceAll(' ', '-')}`
    assert.equal((await register('gpu', name, { ...more, shared: false })).body.worker.shared, false)
  })

test('who has no grant at all cannot have a worker for everybody', async () => {
  assert.equal((await register('bob', 'pretender', { shared: true })).status, 403)
  assert.equal((await register('bob', 'pretender', { shared: 'yes' })).status, 400)
})

test('a grant holds for whatever the worker says later', async () => {
  const more = { capabilities: ['gpu'], agents: ['trainer'], models: [{ id: 'local/llama' }] }
  const { body } = await register('gpu', 'trainer-2', more)
  assert.equal(body.worker.shared, true)
  const again = { worker_id: 'trainer-2', name: 'trainer-2' }
  const say = (given: object) => post(body.worker_token, '/v1/agent/workers/register', { ...again, ...given })
  assert.equal((await say({ capabilities: ['gpu', 'payroll'] })).status, 403)
  assert.equal((await say({ ...more, global: true })).status, 200)
  const agents = '/v1/agent/workers/trainer-2/agents'
  for (const token of [body.worker_token, tokens.gpu])
    assert.equal((await post(token, agents, { name: 'reviewer' })).status, 403)
  assert.equal((await post(tokens.gpu, agents, { name: 'trainer of dogs', model: 'openai/x' })).status, 403)
  assert.equal((await post(tokens.gpu, agents, { name: 'trainer of dogs', model: 'local/x' })).status, 201)
  await unregister('gpu', 'trainer-2')
})

test('a worker of a plain user takes over no codebase of others', async () => {
  const path = '/srv/of-ada'
  const { id } = (await post(tokens.ada, '/v1/agent/codebases', { name: 'hers', path })).body
  const { body } = await register('bob', 'grabber', { codebases: [{ path }, { id }] })
  assert.ok(!body.worker.codebases.includes(id))
  assert.equal((await get('ada', `/v1/agent/codebases/${id}`)).body.status, 'pending')
  const owner = await register('ada', 'rightful', { codebases: [{ path }] })
  assert.deepEqual(owner.body.worker.codebases, [id])
  for (const [caller, worker] of [
    ['bob', 'grabber'],
    ['ada', 'rightful'],
  ] as const)
    await unregister(caller, worker)
})

test('a worker of a plain user is seen by nobody else in what this user has', async () => {
  const before = (await get('bob', '/v1/agent/status')).body
  const path = '/srv/seen'
  const { body } = await register('ada', 'unseen', { codebases: [{ path }] })
  const url = `/v1/agent/codebases/${body.worker.codebases[0]}`
  const shown = async (caller: Caller) => {
    const { body: one } = await get(caller, url)
    const { body: all } = await get(caller, '/v1/agent/codebases?limit=1')
    const { body: status } = await get(caller, `${url}/status`)
    return [one.status, one.worker_id, all.codebases[0].workers.length, status.status, status.workers.length]
  }
  assert.deepEqual(await shown('ada'), ['ready', 'unseen', 1, 'ready', 1])
  assert.deepEqual(await shown('bob'), ['pending', null, 0, 'pending', 0])
  const now = (await get('bob', '/v1/agent/status')).body
  assert.deepEqual([now.workers, now.ready_codebases], [before.workers, before.ready_codebases])
  await unregister('ada', 'unseen')
})

test('a grant that was taken away ends when a server starts without it', async () => {
  const hers = (await post(tokens.ada, '/v1/agent/codebases', { name: 'hers', path: '/srv/of-former' })).body.id
  const { body } = await register('ops', 'former', { codebases: [{ id: hers }] })
  assert.equal(body.worker.shared, true)
  const sync = `/v1/agent/codebases/${hers}/sessions/sync`
  assert.equal((await post(body.worker_token, sync, { sessions: [] })).status, 200)
  await using later = await startPlatform({ env: { ...env, A2A_WORKER_GRANTS: 'gpu:*' }, database: platform.database })
  const headers = { authorization: `Bearer ${tokens.ops}` }
  await waitUntil('it serves its owner alone', async () => {
    const now = await call(later.url, '/v1/agent/workers/former', { headers })
    return now.body.shared === false
  })
  const told = { sessions: [{ id: 's', title: 'of somebody else' }] }
  assert.equal((await post(body.worker_token, sync, told, later)).status, 404)
  const put = { method: 'PUT', headers: { authorization: `Bearer ${body.worker_token}` } }
  const own = await call(later.url, '/v1/worker/codebases', {
    ...put,
    body: { codebases: [{ path: '/srv/of-former' }] },
  })
  assert.notEqual(own.body.codebases[0].id, hers)
  const again = { worker_id: 'former', name: 'former', global: true }
  const said = await post(body.worker_token, '/v1/agent/workers/register', again, later)
  assert.deepEqual([said.status, said.body.worker.shared], [200, false])
})
