import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { type Platform, startPlatform } from '../platform.ts'
import { EventReader } from './event-reader.ts'
import { type Answer, call } from './worker-calls.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'

let platform: Platform
before(async () => {
  platform = await startPlatform({ env: { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}` } })
})
after(() => platform[Symbol.asyncDispose]())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const as = (token: string, method: string, path: string, body?: object): Promise<Answer> =>
  call(platform.url, path, { method, headers: bearer(token), ...(body && { body }) })

async function prepare() {
  const { body: codebase } = await as(ada, 'POST', '/v1/agent/codebases', {
    name: 'c',
    path: `/srv/${crypto.randomUUID()}`,
  })
  const registration = { worker_id: crypto.randomUUID(), name: 'w', codebases: [{ id: codebase.id }] }
  const { body } = await as(ada, 'POST', '/v1/agent/workers/register', registration)
  return { id: codebase.id, url: `/v1/agent/codebases/${codebase.id}`, worker: body.worker_token }
}

const routes: [method: string, path: string][] = [
  ['GET', '/events'],
  ['GET', '/messages'],
  ['GET', '/status'],
  ['POST', '/message'],
  ['POST', '/interrupt'],
  ['POST', '/stop'],
]

for (const [method, path] of routes)
  test(`${method} ${path} of a codebase is for users, and for those that are there`, async () => {
    const { id, url, worker } = await prepare()
    const body = method === 'POST' ? { message: 'x' } : undefined
    assert.equal((await as(worker, method, url + path, body)).status, 403)
    assert.equal((await as('nobody-knows-this-1234', method, url + path, body)).status, 401)
    assert.equal((await call(platform.url, url + path, { method, body })).status, 401)
    for (const other of [crypto.randomUUID(), 'x', '%00', '..%2f'])
      assert.equal((await as(ada, method, url.replace(id, other) + path, body)).status, 404, other)
  })

test('one caller’s tasks of a codebase are not another’s', async () => {
  const { url, worker } = await prepare()
  const { body: hers } = await as(ada, 'POST', `${url}/trigger`, { prompt: 'secret of ada' })
  await using events = new EventReader(`${platform.url}${url}/events`, bearer(bob))
  await waitUntil('it is connected', () => events.of('connected').length > 0)
  const { body } = await as(worker, 'POST', '/v1/worker/tasks/claim', {})
  assert.equal(body.tasks[0].task_id, hers.task_id)
  const { body: his } = await as(bob, 'POST', `${url}/message`, { message: 'of bob', session_id: hers.session_id })
  assert.notEqual(his.task_id, hers.task_id)
  await waitUntil('his is told', () => events.of('message').length > 0)
  assert.ok(!JSON.stringify(events.seen).includes(hers.task_id))
  assert.ok(!JSON.stringify((await as(bob, 'GET', `${url}/messages`)).body).includes('secret'))
  const { body: status } = await as(bob, 'GET', `${url}/status`)
  assert.deepEqual([status.running_tasks, status.pending_tasks, status.tasks], [0, 1, []])
  assert.deepEqual((await as(bob, 'POST', `${url}/interrupt`)).body.tasks, [])
  assert.equal((await as(bob, 'POST', `${url}/stop`)).body.ended, 1)
  assert.equal((await as(ada, 'GET', `/v1/agent/tasks/${hers.task_id}`)).body.status, 'running')
  assert.equal((await as(bob, 'DELETE', `${url}?force=true`)).status, 403)
  // What the owner deletes ends for all who work there.
  await as(bob, 'POST', `${url}/trigger`, { prompt: 'again' })
  assert.equal((await as(ada, 'DELETE', `${url}?force=true`)).body.cancelled_tasks, 2)
})

test('numbers of pages are decimal digits alone', async () => {
  const { url } = await prepare()
  const lists = [`${url}/messages`, `${url}/sessions`, '/v1/agent/agents', '/v1/agent/database/sessions']
  for (const list of lists) {
    assert.equal((await as(ada, 'GET', `${list}?limit=10`)).status, 200, list)
    for (const number of ['0x10', '1e1', '%201', ''])
      assert.equal((await as(ada, 'GET', `${list}?limit=${number}`)).status, 400, `${list} ${number}`)
  }
  assert.equal((await as(ada, 'GET', `${url}/sessions?offset=0x10`)).status, 400)
})
