import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlatform } from '../platform.ts'
import { call, registerWorker } from './worker-calls.ts'

const ada = 'token-of-ada-1234567890'
const bob = 'token-of-bob-1234567890'
const users = { A2A_AUTH_TOKENS: `ada:${ada},bob:${bob}`, A2A_WORKER_GRANTS: 'ada:*' }

async function start(env: Record<string, string>) {
  const platform = await startPlatform({ env: { ...users, ...env } })
  const post = (token: string, path: string, body: object) =>
    call(platform.url, path, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } })
  const register = async (id: string) => {
    const { body } = await post(ada, '/v1/agent/workers/register', { worker_id: id, name: id, global: true })
    return (limit: number): Promise<{ prompt: string; task_id: string; attempt: number; lease_token: string }[]> =>
      post(body.worker_token, '/v1/worker/tasks/claim', { limit }).then(answer => answer.body.tasks)
  }
  const create = (token: string, prompt: string, more = {}) => post(token, '/v1/agent/tasks', { prompt, ...more })
  return { register, create, platform, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() }
}

test('of one user no more than the limit runs, also when one claim has room for more', async () => {
  await using system = await start({ CODETETHER_MAX_RUNNING_PER_USER: '3' })
  const claim = await system.register('one')
  for (let n = 0; n < 8; n++) await system.create(ada, 'of ada', n % 2 === 0 ? {} : { target_agent_name: 'one' })
  for (let n = 0; n < 2; n++) await system.create(bob, 'of bob')
  const taken = [...(await claim(10)), ...(await claim(10)), ...(await claim(10))].map(task => task.prompt).sort()
  assert.deepEqual(taken, ['of ada', 'of ada', 'of ada', 'of bob', 'of bob'])
})

test('of a tenant no more than the limit runs, whoever claims at the same time', async () => {
  await using system = await start({ CODETETHER_MAX_RUNNING_PER_TENANT: '7', CODETETHER_MAX_RUNNING_PER_USER: '5' })
  const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => system.register(`worker-${n}`)))
  for (let n = 0; n < 20; n++) await Promise.all([system.create(ada, 'of ada'), system.create(bob, 'of bob')])
  const taken = (await Promise.all(claims.flatMap(claim => [claim(3), claim(3)]))).flat().map(task => task.prompt)
  assert.equal(taken.length, 7)
  for (const user of ['of ada', 'of bob']) assert.ok(taken.filter(prompt => prompt === user).length <= 5)
})

test('what has ended leaves its room to others', async () => {
  await using platform = await startPlatform({ env: { CODETETHER_MAX_RUNNING_PER_TENANT: '1' } })
  const worker = await registerWorker(platform.url)
  for (const prompt of ['first', 'second'])
    await call(platform.url, '/v1/agent/tasks', { method: 'POST', body: { prompt } })
  const [first, ...none] = await worker.claim()
  assert.ok(first)
  assert.deepEqual([none, await worker.claim()], [[], []])
  await worker.finish(first)
  assert.equal((await worker.claim())[0]?.prompt, 'second')
})
