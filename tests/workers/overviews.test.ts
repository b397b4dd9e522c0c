import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@codetether/protocol/limits'
import { query } from '../event-log.ts'
import { startPlatform } from '../platform.ts'
import { call, createTask, registerWorker } from './worker-calls.ts'

test('models of all workers are one list, which says whether a worker that has them is there', async () => {
  await using platform = await startPlatform()
  const { url, database } = platform
  const sonnet = { id: 'sonnet', name: 'Sonnet', provider_id: 'anthropic' }
  const here = await registerWorker(url, { models: [sonnet, { id: 'google:gemini:free' }] })
  const away = await registerWorker(url, { models: [sonnet, { id: 'local/llama' }] })
  await query(database, `update workers set seen_at = now() - interval '1 hour' where id = '${away.id}'`)
  const { body } = await call(url, '/v1/opencode/models')
  assert.deepEqual(body.models, [
    {
      id: 'anthropic/sonnet',
      name: 'Sonnet',
      provider: 'anthropic',
      available: true,
      workers: [here.id],
      workers_online: 1,
      workers_away: 1,
    },
    {
      id: 'google/gemini:free',
      name: 'google:gemini:free',
      provider: 'google',
      available: true,
      workers: [here.id],
      workers_online: 1,
      workers_away: 0,
    },
    {
      id: 'local/llama',
      name: 'local/llama',
      provider: 'local',
      available: false,
      workers: [],
      workers_online: 0,
      workers_away: 1,
    },
  ])
  const { providers } = (await call(url, '/v1/agent/providers')).body
  assert.deepEqual(
    providers.map((provider: { id: string; available: boolean }) => [provider.id, provider.available]),
    [
      ['anthropic', true],
      ['google', true],
      ['local', false],
    ],
  )
})

test('models are paged, and of many workers that have one only some are named', async () => {
  await using platform = await startPlatform()
  const { url } = platform
  for (let n = 0; n <= limits.workersPerModel; n++)
    await registerWorker(url, { models: [{ id: 'p/a' }, { id: 'p/b' }, { id: 'q/c' }] })
  const first = (await call(url, '/v1/agent/models?limit=2')).body
  assert.deepEqual(
    first.models.map((model: { id: string; workers: string[]; workers_online: number }) => [
      model.id,
      model.workers.length,
      model.workers_online,
    ]),
    ['p/a', 'p/b'].map(id => [id, limits.workersPerModel, limits.workersPerModel + 1]),
  )
  const rest = (await call(url, `/v1/agent/models?limit=2&after=${encodeURIComponent(first.next)}`)).body
  assert.deepEqual([rest.models.map((model: { id: string }) => model.id), rest.next], [['q/c'], null])
})

test('the queue tells what waits and runs', async () => {
  await using platform = await startPlatform()
  const { url } = platform
  const empty = (await call(url, '/v1/queue/status')).body
  assert.deepEqual(empty, { queued: 0, running: 0, oldest_ready_at: null, workers_online: 0 })
  const worker = await registerWorker(url)
  for (let n = 0; n < 3; n++) await createTask(url)
  await worker.claim({ limit: 1 })
  const { oldest_ready_at, ...counts } = (await call(url, '/v1/queue/status')).body
  assert.deepEqual(counts, { queued: 2, running: 1, workers_online: 1 })
  assert.ok(Date.parse(oldest_ready_at) <= Date.now())
})

test('workers are searched, and those that are away are left out on request', async () => {
  await using platform = await startPlatform()
  const { url, database } = platform
  const here = await registerWorker(url, { worker_id: 'b-here', name: 'Builder', hostname: 'rack-1' })
  const away = await registerWorker(url, { worker_id: 'a-away', name: 'Tester' })
  await query(database, `update workers set seen_at = now() - interval '30 hours' where id = '${away.id}'`)
  const ids = async (search: string) =>
    (await call(url, `/v1/agent/workers${search}`)).body.workers.map((w: { worker_id: string }) => w.worker_id)
  assert.deepEqual(await ids(''), [away.id, here.id])
  assert.deepEqual(await ids('?search=RACK'), [here.id])
  assert.deepEqual(await ids('?search=%25'), [])
  assert.deepEqual(await ids('?online_only=true'), [here.id])
  assert.deepEqual(await ids('?exclude_offline_hours=24'), [here.id])
  assert.deepEqual(await ids('?limit=1'), [away.id])
  assert.deepEqual(await ids('?limit=1&after=a-away'), [here.id])
})

test('tasks that do not go on are listed with the reason, and a lost one is put back', async () => {
  await using platform = await startPlatform({ env: { CODETETHER_WORKER_LEASE_SECONDS: '3600' } })
  const { url, database } = platform
  const worker = await registerWorker(url)
  const [running, waiting] = [await createTask(url), await createTask(url, { required_capabilities: ['gpu'] })]
  await createTask(url)
  assert.equal((await worker.claim({ limit: 1 }))[0]?.task_id, running)
  const stuck = async () =>
    (await call(url, '/v1/agent/tasks/stuck')).body.tasks.map((t: { id: string; reason: string }) => [t.id, t.reason])
  assert.deepEqual(await stuck(), [[waiting, 'no worker']])
  await query(database, `update tasks set lease_until = now() - interval '1 s' where id = '${running}'`)
  const { status } = await call(url, '/v1/opencode/tasks/stuck/recover', { method: 'POST', body: {} })
  assert.equal(status, 200)
  assert.equal((await call(url, `/v1/agent/tasks/${running}`)).body.status, 'pending')
  assert.deepEqual(await stuck(), [[waiting, 'no worker']])
})

test('a page of large tasks ends early, and the next one goes on', async () => {
  await using platform = await startPlatform()
  const prompt = 'x'.repeat(1024 * 1024)
  const ids: string[] = []
  for (let n = 0; n < 12; n++) ids.unshift(await createTask(platform.url, { prompt, target_agent_name: 'large' }))
  const seen: string[] = []
  let pages = 0
  for (let place = ''; ; pages++) {
    const { body } = await call(platform.url, `/v1/agent/tasks?agent_name=large&limit=100${place}`)
    assert.ok(body.tasks.length < ids.length)
    seen.push(...body.tasks.map((task: { id: string }) => task.id))
    if (body.next === null) break
    place = `&before=${body.next}`
  }
  assert.deepEqual([seen, pages], [ids, 1])
})

test('what a worker tells of its models is bounded', async () => {
  await using platform = await startPlatform()
  const capabilities = Array.from({ length: 64 }, () => 'x'.repeat(256))
  const models = Array.from({ length: 20 }, (_, n) => ({ id: `p/m${n}`, capabilities }))
  const register = (body: object) =>
    call(platform.url, '/v1/agent/workers/register', {
      method: 'POST',
      body: { worker_id: 'talker', name: 't', ...body },
    })
  assert.equal((await register({ models })).status, 400)
  assert.equal((await register({ models: models.slice(0, 7) })).status, 200)
})
