import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Platform, startPlatform } from '../platform.ts'
import { call, createTask, registerWorker } from './worker-calls.ts'

const tokens = { ada: 'token-of-ada-1234567890', bob: 'token-of-bob-1234567890' }

let platform: Platform
let guarded: Platform
before(async () => {
  platform = await startPlatform()
  guarded = await startPlatform({ env: { A2A_AUTH_TOKENS: `ada:${tokens.ada},bob:${tokens.bob}` } })
})
after(async () => {
  await platform[Symbol.asyncDispose]()
  await guarded[Symbol.asyncDispose]()
})

const send = (method: string, path: string, body?: object, token?: string) =>
  call(token === undefined ? platform.url : guarded.url, path, {
    method,
    ...(body && { body }),
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  })

const idsOf = (body: { agents: { agent_id: string }[] }) => body.agents.map(agent => agent.agent_id)

test('a worker registers its agents, with descriptions and models, and answers to its own name', async () => {
  const reviewer = { name: 'Reviewer', description: 'Reads code.', model: 'anthropic:claude', priority: 5 }
  const worker = await registerWorker(platform.url, { name: 'First', agents: [reviewer, 'plain'] })
  const { status, body } = await send('GET', `/v1/agent/workers/${worker.id}/agents`)
  assert.equal(status, 200)
  assert.deepEqual(idsOf(body), ['first', 'reviewer', 'plain'])
  const shown = { agent_id: 'reviewer', name: 'Reviewer', description: 'Reads code.', priority: 5 }
  assert.deepEqual(body.agents[1], { ...shown, model: 'anthropic/claude', model_ref: 'anthropic/claude' })
  const id = await createTask(platform.url, { target_agent_name: 'reviewer', model: 'anthropic/claude' })
  assert.equal((await worker.claim())[0]?.task_id, id)
})

test('agents of all workers are one list, in pages', async () => {
  await using alone = await startPlatform()
  const one = await registerWorker(alone.url, { name: 'one', agents: [{ name: 'Tester', model: 'a/b' }] })
  const description = 'Runs tests.'
  const two = await registerWorker(alone.url, { name: 'two', agents: [{ name: 'TESTER', description, priority: 3 }] })
  const { body } = await call(alone.url, '/v1/opencode/agents')
  assert.deepEqual(idsOf(body), ['one', 'tester', 'two'])
  assert.deepEqual(body.agents[1], {
    ...{ agent_id: 'tester', name: 'TESTER', description, priority: 3, models: ['a/b'] },
    ...{ available: true, workers: [one.id, two.id].toSorted(), workers_away: 0 },
  })
  const first = (await call(alone.url, '/v1/agent/agents?limit=2')).body
  const rest = (await call(alone.url, `/v1/agent/agents?limit=2&after=${first.next}`)).body
  assert.deepEqual([idsOf(first), idsOf(rest), rest.next], [['one', 'tester'], ['two'], null])
  assert.equal((await call(alone.url, '/v1/agent/agents?x=1')).status, 400)
})

test('agents are added, described and removed while the worker runs, and routing follows', async () => {
  const worker = await registerWorker(platform.url, { name: 'Changing' })
  const url = `/v1/agent/workers/${worker.id}/agents`
  const waiting = await createTask(platform.url, { target_agent_name: 'surgeon' })
  assert.deepEqual(await worker.claim(), [])
  assert.equal((await send('POST', url, { name: 'Surgeon', description: 'Cuts.' })).status, 201)
  assert.equal((await send('POST', url, { name: 'SURGEON' })).status, 409)
  assert.equal((await worker.claim())[0]?.task_id, waiting)
  const put = await send('PUT', `${url}/Surgeon`, { description: 'Sews.', model: 'x/y' })
  assert.deepEqual([put.status, put.body.agent.name, put.body.agent.model], [200, 'Surgeon', 'x/y'])
  const modelled = await createTask(platform.url, { target_agent_name: 'surgeon', model: 'x/y' })
  assert.equal((await worker.claim())[0]?.task_id, modelled)
  assert.equal((await send('PUT', `${url}/surgeon`, { name: 'other' })).status, 400)
  assert.equal((await send('PUT', `${url}/${encodeURIComponent('two words')}`, {})).status, 200)
  // It comes back without a word about agents, and keeps them.
  await worker.call('/v1/agent/workers/register', { worker_id: worker.id, name: 'Changed', global: true })
  assert.deepEqual(idsOf((await send('GET', url)).body), ['changed', 'surgeon', 'two words'])
  assert.equal((await send('DELETE', `${url}/SURGEON`)).status, 200)
  assert.equal((await send('DELETE', `${url}/surgeon`)).status, 404)
  assert.equal((await send('DELETE', `${url}/changed`)).status, 409)
  await createTask(platform.url, { target_agent_name: 'surgeon' })
  assert.deepEqual(await worker.claim(), [])
  await worker.call('/v1/agent/workers/register', { worker_id: worker.id, name: 'Changed', agents: [] })
  assert.deepEqual(idsOf((await send('GET', url)).body), ['changed'])
})

test('two changes at once are both kept, and a worker has so many agents at most', async () => {
  const worker = await registerWorker(platform.url, { name: 'full' })
  const url = `/v1/agent/workers/${worker.id}/agents`
  const added = await Promise.all(Array.from({ length: 70 }, (_, n) => send('POST', url, { name: `agent ${n}` })))
  assert.deepEqual(
    Object.entries(Object.groupBy(added, answer => answer.status)).map(([s, all]) => [s, all?.length]),
    [
      ['201', 64],
      ['400', 6],
    ],
  )
  assert.equal((await send('GET', url)).body.agents.length, 65)
})

const hostile: [what: string, body: object][] = [
  ['no name', {}],
  ['a name of two lines', { name: 'a\nb' }],
  ['a long description', { name: 'a', description: 'x'.repeat(2_000) }],
  ['a model without provider', { name: 'a', model: 'sonnet' }],
  ['a priority that is none', { name: 'a', priority: 1e9 }],
]

for (const [what, body] of hostile)
  test(`${what} is refused`, async () => {
    const { id } = await registerWorker(platform.url)
    const answer = await send('POST', `/v1/agent/workers/${id}/agents`, body)
    assert.equal(answer.status, 400, JSON.stringify(answer.body))
  })

test('only the worker itself and whoever has registered it change its agents', async () => {
  const register = (token: string, id: string) =>
    send('POST', '/v1/agent/workers/register', { worker_id: id, name: id }, token)
  const own = (await register(tokens.ada, 'adas')).body.worker_token
  const other = (await register(tokens.ada, 'second')).body.worker_token
  const url = '/v1/agent/workers/adas/agents'
  assert.equal((await send('PUT', `${url}/a`, {}, tokens.ada)).status, 200)
  assert.equal((await send('PUT', `${url}/b`, {}, own)).status, 200)
  assert.equal((await send('PUT', `${url}/c`, {}, other)).status, 403)
  assert.equal((await send('DELETE', `${url}/a`, undefined, other)).status, 403)
  for (const [method, path] of [
    ['PUT', `${url}/c`],
    ['POST', url],
    ['DELETE', `${url}/a`],
    ['GET', url],
  ] as const)
    assert.equal(
      (await send(method, path, method === 'GET' ? undefined : { name: 'c' }, tokens.bob)).status,
      404,
      method,
    )
  assert.deepEqual(idsOf((await send('GET', url, undefined, tokens.ada)).body), ['adas', 'a', 'b'])
  assert.deepEqual(idsOf((await send('GET', '/v1/agent/agents', undefined, tokens.bob)).body), [])
  assert.equal((await call(guarded.url, '/v1/agent/agents')).status, 401)
})
