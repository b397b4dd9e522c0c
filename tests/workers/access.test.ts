import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, registerWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const routes: [method: string, path: string][] = [
  ['GET', '/v1/worker/tasks/stream'],
  ['POST', '/v1/worker/tasks/claim'],
  ['POST', '/v1/worker/tasks/report'],
  ['POST', '/v1/worker/tasks/renew'],
]

for (const [method, path] of routes)
  test(`${method} ${path} needs the token of a worker`, async () => {
    const { url } = platform
    const body = method === 'POST' ? {} : undefined
    assert.equal((await call(url, path, { method, body })).status, 403)
    const headers = { authorization: `Bearer ctw_${'A'.repeat(86)}` }
    assert.equal((await call(url, path, { method, body, headers })).status, 401)
    for (const token of ['ctw_', 'ctw_x', `ctw_${'='.repeat(86)}`, `ctw_${'A'.repeat(85)}`])
      assert.equal((await call(url, path, { method, body, headers: { authorization: `Bearer ${token}` } })).status, 401)
  })

test('the token of a worker opens nothing that users may', async () => {
  const { url } = platform
  const { token } = await registerWorker(url)
  const headers = { authorization: `Bearer ${token}` }
  for (const path of ['/v1/agent/tasks', '/v1/agent/workers', '/agents'])
    assert.equal((await call(url, path, { headers })).status, 403, path)
  const body = { jsonrpc: '2.0', id: 1, method: 'tasks/list', params: {} }
  assert.equal((await call(url, '/', { method: 'POST', body, headers })).status, 403)
})

test('a worker id belongs to whoever has registered it first', async () => {
  await using other = await startPlatform({
    env: { A2A_AUTH_TOKENS: 'ada:token-of-ada-1234567890,bob:token-of-bob-1234567890' },
  })
  const register = (authorization: string, more: object = {}) =>
    call(other.url, '/v1/agent/workers/register', {
      method: 'POST',
      body: { worker_id: 'one', name: 'one', ...more },
      headers: { authorization },
    })
  const first = await register('Bearer token-of-ada-1234567890')
  assert.equal(first.status, 200)
  assert.equal((await register('Bearer token-of-bob-1234567890')).status, 403)
  const own = await register(`Bearer ${first.body.worker_token}`, { capabilities: ['b', 'a', 'b'] })
  assert.equal(own.body.worker_token, undefined)
  assert.deepEqual(own.body.worker.capabilities, ['a', 'b'])
  assert.equal((await register(`Bearer ${first.body.worker_token}`, { worker_id: 'two' })).status, 403)
  const again = await register('Bearer token-of-ada-1234567890')
  assert.match(again.body.worker_token, /^ctw_/)
  const unregister = await call(other.url, '/v1/agent/workers/one/unregister', {
    method: 'POST',
    body: {},
    headers: { authorization: 'Bearer token-of-bob-1234567890' },
  })
  // It serves its owner alone: for others it is not there.
  assert.equal(unregister.status, 404)
})

const hostile: [what: string, path: string, body: unknown, status: number][] = [
  ['an id with a slash', '/v1/agent/workers/register', { worker_id: '../x', name: 'n' }, 400],
  ['an id of 200 characters', '/v1/agent/workers/register', { worker_id: 'x'.repeat(200), name: 'n' }, 400],
  ['a name of two lines', '/v1/agent/workers/register', { worker_id: 'x', name: 'a\nb' }, 400],
  [
    'a path that goes up',
    '/v1/agent/workers/register',
    { worker_id: 'x', name: 'n', codebases: [{ path: '/a/../b' }] },
    400,
  ],
  ['a relative path', '/v1/agent/workers/register', { worker_id: 'x', name: 'n', codebases: [{ path: 'a' }] }, 400],
  [
    'a path that no index holds',
    '/v1/agent/codebases',
    { name: 'n', path: `/${Array.from({ length: 4_000 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('')}` },
    400,
  ],
  ['a model without provider', '/v1/agent/workers/register', { worker_id: 'x', name: 'n', models: [{ id: 'm' }] }, 400],
  ['a hostname of two lines', '/v1/agent/workers/register', { worker_id: 'x', name: 'n', hostname: 'a\u0007b' }, 400],
  [
    'a model whose name has control characters',
    '/v1/agent/workers/register',
    { worker_id: 'x', name: 'n', models: [{ id: 'p/m', name: 'a\u001b[31m' }] },
    400,
  ],
  ['no prompt', '/v1/agent/tasks', {}, 400],
  ['a prompt of two megabytes', '/v1/agent/tasks', { prompt: 'x'.repeat(2_000_000) }, 400],
  ['a priority that is none', '/v1/agent/tasks', { prompt: 'x', priority: 1e9 }, 400],
  ['no attempts', '/v1/agent/tasks', { prompt: 'x', max_attempts: 0 }, 400],
  ['a codebase that is none', '/v1/agent/tasks', { prompt: 'x', codebase_id: "' or 1=1" }, 404],
  ['a list', '/v1/agent/tasks', [], 400],
]

for (const [what, path, body, status] of hostile)
  test(`${what} is refused`, async () => {
    const answer = await call(platform.url, path, { method: 'POST', body })
    assert.equal(answer.status, status, JSON.stringify(answer.body))
    assert.equal(typeof answer.body.error.message, 'string')
  })

test('what is not there has the form of this API, and not that of A2A v0.3', async () => {
  for (const path of [
    '/v1/agent/nothing',
    '/v1/opencode/nothing',
    '/v1/worker/nothing',
    '/v1/queue/nothing',
    '/v1/push/x',
  ]) {
    const { status, body } = await call(platform.url, path)
    assert.deepEqual([status, body.error?.status], [404, 'NOT_FOUND'], path)
  }
  assert.equal((await call(platform.url, '/v1/agents')).body.code, -31404)
})

test('queries are read strictly', async () => {
  for (const query of ['status=nonsense', 'limit=0', 'limit=10000', 'x=1', 'limit=1&limit=2', 'before=x'])
    assert.equal((await call(platform.url, `/v1/agent/tasks?${query}`)).status, 400, query)
  for (const number of ['0x10', '1e1', '+1', '%201', '', '1.0', '-1', '9'.repeat(400)])
    for (const path of [
      '/v1/agent/tasks?limit=',
      '/v1/agent/workers?limit=',
      '/v1/agent/workers?exclude_offline_hours=',
      '/v1/agent/codebases?limit=',
      '/v1/agent/models?limit=',
      '/v1/push/dead-letters?pageSize=',
      `/v1/agent/tasks/${crypto.randomUUID()}/output?since=`,
    ])
      assert.equal((await call(platform.url, path + number)).status, 400, path + number)
  for (const path of ['x', '../x', '%00', crypto.randomUUID()])
    assert.equal((await call(platform.url, `/v1/agent/tasks/${encodeURIComponent(path)}`)).status, 404, path)
})

test('the same key finds the same task, and another body is a conflict', async () => {
  const send = (key: string, body: object) =>
    call(platform.url, '/v1/agent/tasks', { method: 'POST', body, headers: { 'idempotency-key': key } })
  const key = crypto.randomUUID()
  const first = await send(key, { prompt: 'once' })
  const again = await send(key, { prompt: 'once' })
  assert.deepEqual([first.status, again.status], [201, 200])
  assert.equal(again.body.task_id, first.body.task_id)
  for (const other of [{ prompt: 'other' }, { prompt: 'once', priority: 1 }, { prompt: 'once', target_worker_id: 'w' }])
    assert.equal((await send(key, other)).status, 409, JSON.stringify(other))
  assert.equal((await send('a b', { prompt: 'x' })).status, 400)
})

test('the older prefix is the same, and lists are paged', async () => {
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.unshift(await createTask(platform.url, { target_agent_name: 'paged' }))
  const seen: string[] = []
  let place = ''
  do {
    const { body } = await call(platform.url, `/v1/opencode/tasks?agent_name=paged&status=pending&limit=2${place}`)
    seen.push(...body.tasks.map((task: { id: string }) => task.id))
    place = body.next ? `&before=${body.next}` : ''
  } while (place)
  assert.deepEqual(seen, ids)
})
