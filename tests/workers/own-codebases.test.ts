import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { type Platform, startPlatform } from '../platform.ts'
import { type Answer, call, createTask, registerWorker, type TestWorker } from './worker-calls.ts'

let platform: Platform
before(async () => {
  platform = await startPlatform()
})
after(() => platform[Symbol.asyncDispose]())

const put = ({ token }: Pick<TestWorker, 'token'>, body: unknown): Promise<Answer> =>
  call(platform.url, '/v1/worker/codebases', { method: 'PUT', body, headers: { authorization: `Bearer ${token}` } })

test('the status tells who is there to work, and what for', async () => {
  await using own = await startPlatform()
  const status = async (prefix = '/v1/agent') => (await call(own.url, `${prefix}/status`)).body
  const empty = await status('/v1/opencode')
  assert.deepEqual([empty.available, empty.registered_workspaces, empty.workers], [false, 0, 0])
  assert.deepEqual([empty.auto_start, empty.runtime.available], [false, false])
  assert.match(empty.message, /No worker/)
  const worker = await registerWorker(own.url, { codebases: [{ path: '/srv/a' }] })
  await call(own.url, '/v1/agent/codebases', { method: 'POST', body: { name: 'b', path: '/srv/b' } })
  const now = await status()
  assert.deepEqual([now.available, now.registered_workspaces, now.ready_codebases], [true, 2, 1])
  const headers = { authorization: `Bearer ${worker.token}` }
  assert.equal((await call(own.url, '/v1/agent/status', { headers })).status, 403)
})

test('a worker says what codebases it has from now on, and gets what waits there', async () => {
  const { url } = platform
  const worker = await registerWorker(url, { global: false, codebases: [{ path: '/srv/old' }] })
  const { body: codebase } = await call(url, '/v1/agent/codebases', {
    method: 'POST',
    body: { name: 'new', path: '/srv/new' },
  })
  const waiting = worker.claim({ wait_seconds: 20 })
  const task = await createTask(url, { codebase_id: codebase.id })
  const { status, body } = await put(worker, { workspaces: [{ path: '/srv/new' }, { path: '/srv/more' }] })
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(body.codebases.map((c: { path: string }) => c.path).toSorted(), ['/srv/more', '/srv/new'])
  assert.equal((await waiting)[0]?.task_id, task)
  assert.equal((await call(url, `/v1/agent/codebases/${codebase.id}`)).body.status, 'ready')
  const owned = (await call(url, `/v1/agent/workers/${worker.id}`)).body.codebases
  assert.equal(owned.length, 2)
  assert.deepEqual((await put(worker, { codebases: [] })).body.codebases, [])
  assert.equal((await call(url, `/v1/agent/codebases/${codebase.id}`)).body.status, 'pending')
})

test('only a worker says what it has, and nothing that is none', async () => {
  const { url } = platform
  const worker = await registerWorker(url)
  assert.equal((await call(url, '/v1/worker/codebases', { method: 'PUT', body: { codebases: [] } })).status, 403)
  assert.equal((await put({ token: `ctw_${'A'.repeat(86)}` }, { codebases: [] })).status, 401)
  const tooMany = Array.from({ length: limits.codebasesPerWorker + 1 }, (_, n) => ({ path: `/srv/${n}` }))
  for (const codebases of [
    undefined,
    'x',
    [{}],
    [{ path: 'relative' }],
    [{ path: '/a/../b' }],
    [{ path: '/a\0' }],
    tooMany,
  ])
    assert.equal((await put(worker, { codebases })).status, 400, JSON.stringify(codebases)?.slice(0, 50))
  assert.deepEqual((await put(worker, { codebases: [crypto.randomUUID()] })).body.codebases, [])
  await call(url, `/v1/agent/workers/${worker.id}/unregister`, { method: 'POST', body: {} })
  assert.equal((await put(worker, { codebases: [] })).status, 401)
})
