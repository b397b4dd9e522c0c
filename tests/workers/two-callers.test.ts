import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { query } from '../event-log.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { type Answer, call } from './worker-calls.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'

let platform: Platform
before(async () => {
  platform = await startPlatform({ env: { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}`, A2A_WORKER_GRANTS: 'ada:*' } })
})
after(() => platform[Symbol.asyncDispose]())

const post = (token: string, path: string, body: object = {}): Promise<Answer> =>
  call(platform.url, path, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })

const register = async (token: string, id: string, more: object = {}): Promise<Answer> =>
  post(token, '/v1/agent/workers/register', { worker_id: id, name: id, ...more })

test('a worker with room for one task does not have only those of one caller', async () => {
  const worker = (await register(ada, 'fair', { global: true })).body.worker_token
  const tasks = Array.from({ length: 40 }, () => post(ada, '/v1/agent/tasks', { prompt: 'of ada' }))
  // More demands are no larger share.
  for (let n = 0; n < 10; n++) tasks.push(post(ada, '/v1/agent/tasks', { prompt: 'of ada', target_agent_name: 'fair' }))
  await Promise.all(tasks)
  await Promise.all(Array.from({ length: 5 }, () => post(bob, '/v1/agent/tasks', { prompt: 'of bob' })))
  const taken: string[] = []
  for (let n = 0; n < 45; n++) taken.push((await post(worker, '/v1/worker/tasks/claim')).body.tasks[0].prompt)
  assert.ok(taken.includes('of bob'), 'all of one caller’s tasks came first')
  await post(ada, '/v1/agent/workers/fair/unregister')
})

test('the priority of one caller’s tasks does not put them before those of another', async () => {
  const worker = (await register(ada, 'ranked', { global: true })).body.worker_token
  const more = { target_worker_id: 'ranked' }
  for (let n = 0; n < 20; n++)
    await post(ada, '/v1/agent/tasks', { ...more, prompt: `of ada ${n % 2}`, priority: 900 + (n % 2) })
  await post(bob, '/v1/agent/tasks', { ...more, prompt: 'of bob' })
  const first = (await post(worker, '/v1/worker/tasks/claim', { limit: 4 })).body.tasks.map(
    (t: { prompt: string }) => t.prompt,
  )
  assert.ok(first.includes('of bob') && first.includes('of ada 1') && !first.includes('of ada 0'), first.join())
  await post(ada, '/v1/agent/workers/ranked/unregister')
})

test('a codebase is watched or not as its owner says', async () => {
  const { body } = await post(ada, '/v1/agent/codebases', { name: 'hers', path: '/srv/hers' })
  assert.equal((await post(bob, `/v1/agent/codebases/${body.id}/watch/stop`)).status, 403)
  assert.equal((await post(ada, `/v1/agent/codebases/${body.id}/watch/stop`)).status, 200)
})

test('a worker that was unregistered does not register itself again', async () => {
  const token = (await register(ada, 'ended')).body.worker_token
  assert.equal((await post(token, '/v1/agent/workers/ended/heartbeat')).status, 200)
  await post(ada, '/v1/agent/workers/ended/unregister')
  // Its token is known for some seconds more, on the replica that has seen it.
  assert.equal((await register(token, 'ended')).status, 401)
  assert.equal((await register(ada, 'ended')).status, 200)
})

test('what a worker adds to its codebases belongs to whoever registered it', async () => {
  const token = (await register(ada, 'owner')).body.worker_token
  const { body } = await register(token, 'owner', { codebases: [{ path: '/srv/of-ada' }] })
  const remove = (caller: string) =>
    call(platform.url, `/v1/agent/codebases/${body.worker.codebases[0]}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${caller}` },
    })
  assert.equal((await remove(bob)).status, 403)
  assert.equal((await remove(ada)).status, 200)
})

test('who demands more and more different things of workers leaves others room for theirs', async () => {
  await query(
    platform.database,
    `insert into lanes (tenant_id, digest, principal, capabilities, held)
    select tenant_id, sha256(n::text::bytea), principal, array[n::text], false
    from (select tenant_id, principal from workers where principal = 'token:ada' limit 1) w,
      generate_series(1, ${limits.lanesPerPrincipal}) as n`,
  )
  const create = (token: string) => post(token, '/v1/agent/tasks', { prompt: 'x', required_capabilities: ['another'] })
  assert.equal((await create(ada)).status, 429)
  assert.equal((await create(bob)).status, 201)
})
