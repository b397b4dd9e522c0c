import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { type Caller, callersEnv, tokens } from './callers.ts'
import { type Answer, call } from './worker-calls.ts'

const env = {
  ...callersEnv,
  A2A_WORKER_GRANTS: 'ops:*,gpu:capability=gpu+agent=*',
  CODETETHER_GIT_HOSTS: '127.0.0.1',
  TASK_MAX_ATTEMPTS: '1',
}

const secret = 'glpat-of-ada-of-ada-of-ada'
const cloning = { capabilities: ['codetether:clone', 'codetether:archive'] }

let platform: Platform
before(async () => {
  platform = await startPlatform({ env })
})
after(() => platform[Symbol.asyncDispose]())

const post = (token: string, path: string, body: object = {}): Promise<Answer> =>
  call(platform.url, path, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })

const register = (caller: Caller, id: string, more: object = {}): Promise<Answer> =>
  post(tokens[caller], '/v1/agent/workers/register', { worker_id: id, name: id, ...more })

const codebase = async (caller: Caller, given: object): Promise<Answer['body']> =>
  (await post(tokens[caller], '/v1/agent/codebases', { name: 'app', ...given })).body

const remote = () => ({ git_url: `http://127.0.0.1:1/${crypto.randomUUID()}.git`, git_token: secret })

const claim = async (token: string): Promise<Answer['body'][]> =>
  (await post(token, '/v1/worker/tasks/claim', { limit: 10 })).body.tasks

const remove = (id: string, query = '') =>
  call(platform.url, `/v1/agent/codebases/${id}${query}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${tokens.ada}` },
  })

const statusOf = async (id: string): Promise<string> =>
  (await call(platform.url, `/v1/agent/tasks/${id}`, { headers: { authorization: `Bearer ${tokens.ada}` } })).body
    .status

test('a worker of a plain user clones for this user and nobody else', async () => {
  const his = await register('bob', 'bob-cloner', cloning)
  const { codebase_id, task_id } = await codebase('ada', remote())
  const task = await call(platform.url, `/v1/agent/tasks/${task_id}`, {
    headers: { authorization: `Bearer ${tokens.ada}` },
  })
  assert.match(task.body.routing.warning, /waits for one that serves its caller and can codetether:clone$/)
  assert.deepEqual(await claim(his.body.worker_token), [])
  const wanted = await codebase('ada', { ...remote(), worker_id: 'bob-cloner' })
  assert.equal((await post(his.body.worker_token, '/v1/worker/tasks/claim', { task_id: wanted.task_id })).status, 409)
  const hers = await register('ada', 'ada-cloner', cloning)
  const [claimed] = await claim(hers.body.worker_token)
  assert.deepEqual([claimed.task_id, claimed.codebase_id, claimed.errand.kind], [task_id, codebase_id, 'clone'])
  const { attempt, lease_token } = claimed
  const shown = await post(hers.body.worker_token, '/v1/worker/errands/git-token', { task_id, attempt, lease_token })
  assert.equal(shown.body.git_token, secret)
  for (const [caller, id] of [['bob', 'bob-cloner'] as const, ['ada', 'ada-cloner'] as const])
    await post(tokens[caller], `/v1/agent/workers/${id}/unregister`)
})

test('a worker for everybody clones for everybody only if that is granted, and packs what it has in any case', async () => {
  assert.equal((await register('gpu', 'gpu-1', cloning)).status, 403)
  assert.equal(
    (await register('gpu', 'gpu-1', { capabilities: ['gpu', 'codetether:archive'] })).body.worker.shared,
    true,
  )
  assert.equal((await register('gpu', 'gpu-2', { ...cloning, shared: false })).body.worker.shared, false)
})

test('a worker that serves its owner alone from now on keeps no errand of anybody else', async () => {
  const { body } = await register('ops', 'ops-cloner', cloning)
  const { codebase_id, task_id } = await codebase('ada', remote())
  const claimed = (await claim(body.worker_token)).find(task => task.task_id === task_id)
  const { attempt, lease_token } = claimed
  const ask = (path: string, more: object = {}) =>
    post(body.worker_token, `/v1/worker/errands/${path}`, { task_id, attempt, lease_token, ...more })
  assert.equal((await ask('git-token')).body.git_token, secret)
  const again = { worker_id: 'ops-cloner', name: 'ops-cloner', ...cloning, shared: false }
  assert.equal((await post(body.worker_token, '/v1/agent/workers/register', again)).status, 200)
  assert.equal((await ask('git-token')).status, 409)
  assert.equal((await ask('cloned', { path: '/srv/clone' })).status, 409)
  const owners = await query(platform.database, `select 1 from worker_codebases where codebase_id = '${codebase_id}'`)
  assert.deepEqual(owners, [])
  await post(tokens.ops, '/v1/agent/workers/ops-cloner/unregister')
})

test('below its roots a worker finds codebases of those whom it serves', async () => {
  const { id } = await codebase('ada', { path: '/srv/shelf/hers' })
  const own = await codebase('bob', { path: '/srv/shelf/his' })
  const { body } = await register('bob', 'bob-finder', { roots: ['/srv/shelf'] })
  const wantedOf = async (token: string) =>
    (await post(token, '/v1/worker/codebases/wanted')).body.codebases.map((found: { id: string }) => found.id)
  assert.deepEqual(await wantedOf(body.worker_token), [own.id])
  const found = (token: string, codebase_id: string) =>
    post(token, '/v1/worker/codebases/found', { codebase_id, path: '/srv/shelf/hers' })
  assert.equal((await found(body.worker_token, id)).status, 409)
  const everybody = await register('ops', 'ops-finder', { roots: ['/srv/shelf'] })
  assert.deepEqual(await wantedOf(everybody.body.worker_token), [id, own.id])
  assert.equal((await found(everybody.body.worker_token, id)).status, 200)
})

test('a codebase that is deleted takes its errands with it', async () => {
  const cloned = await codebase('ada', remote())
  assert.equal((await remove(cloned.id)).body.cancelled_tasks, 1)
  assert.equal(await statusOf(cloned.task_id), 'cancelled')
  const { id } = await codebase('ada', { path: '/srv/packed' })
  const { task_id } = (await post(tokens.ada, `/v1/agent/codebases/${id}/sync`)).body
  assert.equal((await remove(id)).status, 409)
  assert.equal(await statusOf(task_id), 'pending')
  assert.equal((await remove(id, '?force=true')).body.cancelled_tasks, 1)
  assert.equal(await statusOf(task_id), 'cancelled')
})

test('an errand that was given up is not done over as a task', async () => {
  const { task_id } = await codebase('ada', remote())
  const worker = (await register('ada', 'ada-unlucky', cloning)).body.worker_token
  const { attempt, lease_token } = (await claim(worker)).find(task => task.task_id === task_id)
  const finish = { status: 'failed', error: 'no luck', retry: true }
  await post(worker, '/v1/worker/tasks/report', { reports: [{ task_id, attempt, lease_token, worker_seq: 1, finish }] })
  assert.equal(await statusOf(task_id), 'failed')
  const { status, body } = await post(tokens.ada, `/v1/agent/tasks/${task_id}/redrive`)
  assert.equal(status, 409)
  assert.match(body.error.message, /register or sync the codebase again/)
})
