import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { waitUntil } from '@codetether/testing/wait-until'
import { assertSoundLog, query } from '../event-log.ts'
import { message, type Platform, startPlatform } from '../platform.ts'
import { call, createTask, getTask, registerWorker } from './worker-calls.ts'

const env = {
  A2A_PERSONALITY_AGENT_MAP: 'reviewer=Code Reviewer',
  A2A_PERSONALITY_MODEL_MAP: '{"reviewer": "opus"}',
  A2A_ROUTING_MODEL_FAST: 'haiku',
  A2A_ROUTING_MODEL_HEAVY: 'openai:gpt-5',
  A2A_MODEL_ALIASES: 'mine=local/own',
}

let platform: Platform
before(async () => {
  platform = await startPlatform({ env })
})
after(() => platform[Symbol.asyncDispose]())

const create = (body: object) =>
  call(platform.url, '/v1/agent/tasks', { method: 'POST', body: { prompt: 'x', ...body } })

test('a personality means the agent that the operator names for it, and that agent’s model is preferred', async () => {
  const { url } = platform
  const models = [{ id: 'anthropic/claude-opus-4-5' }]
  const reviewer = await registerWorker(url, { agents: ['code reviewer'], models })
  const other = await registerWorker(url, { agents: ['reviewer'] })
  const { body } = await create({ worker_personality: 'Reviewer' })
  assert.deepEqual(
    [
      body.routing.worker_personality,
      body.routing.target_agent_name,
      body.routing.model_ref,
      body.routing.model_source,
    ],
    ['reviewer', 'code reviewer', 'anthropic/claude-opus-4-5', 'personality'],
  )
  assert.equal(body.routing.warning, undefined)
  assert.deepEqual(body.metadata.routing, body.routing)
  assert.deepEqual(await other.claim(), [])
  const [task] = await reviewer.claim()
  assert.deepEqual([task?.task_id, task?.model], [body.task_id, 'anthropic/claude-opus-4-5'])
  assert.equal(task?.target_agent_name, 'code reviewer')
})

test('a personality is its own agent unless the operator says otherwise, and an explicit agent comes first', async () => {
  const tester = await registerWorker(platform.url, { agents: ['Tester'] })
  const id = await createTask(platform.url, { worker_personality: 'tester' })
  assert.equal((await tester.claim())[0]?.task_id, id)
  const named = await create({ worker_personality: 'reviewer', target_agent_name: 'TESTER' })
  assert.equal(named.body.routing.target_agent_name, 'tester')
  assert.equal((await tester.claim())[0]?.task_id, named.body.task_id)
})

test('a personality to which nobody answers is told, in the answer, over A2A and in the output', async () => {
  const { body } = await create({ worker_personality: 'Astronaut' })
  const warning = /no registered worker may take this task.*answers to astronaut \(for the personality astronaut\)/
  assert.match(body.routing.warning, warning)
  const task = (await platform.rpc('tasks/get', { id: body.task_id })).result
  assert.equal(task.status.state, 'submitted')
  assert.match(task.status.message.parts[0].text, warning)
  assert.equal(task.metadata.routing.worker_personality, 'astronaut')
  const later = (await platform.rpc('GetTask', { id: body.task_id })).result
  assert.match(later.status.message.parts[0].text, warning)
  assert.deepEqual(later.metadata.routing, task.metadata.routing)
  const { output } = (await call(platform.url, `/v1/agent/tasks/${body.task_id}/output`)).body
  assert.deepEqual([output[0].type, output[0].status], ['status', 'pending'])
  assert.match(output[0].message, warning)
  await assertSoundLog(platform.database, body.task_id)
})

test('a message can ask for a personality, files and a budget', async () => {
  const metadata = { worker_personality: 'cosmonaut', files: ['a.ts', 'b.ts', 'c.ts'], budget: 'high' }
  const task = (await platform.rpc('message/send', message('Refactor it', { metadata }))).result
  assert.equal(task.metadata.agent, 'Worker')
  assert.match(task.status.message.parts[0].text, /answers to cosmonaut/)
  const { by, complexity, complexity_score, model_tier, budget } = task.metadata.routing
  assert.deepEqual([by, complexity, complexity_score, model_tier, budget], ['worker', 'standard', 3, 'heavy', 'high'])
  const listed = (await platform.rpc('tasks/list', {})).result.tasks.find((t: { id: string }) => t.id === task.id)
  assert.deepEqual(listed.metadata.routing, task.metadata.routing)
  for (const wrong of [{ budget: 'none' }, { files: 'a.ts' }, { worker_personality: '\u0000' }, { files: ['a\nb'] }]) {
    const refused = await platform.rpc('message/send', message('x', { metadata: { codebase_id: 'global', ...wrong } }))
    assert.equal(refused.error.code, -32602, JSON.stringify(wrong))
  }
})

test('what others call files or budget is nothing to a message that is not for workers by its own words', async () => {
  const worker = await registerWorker(platform.url)
  const metadata = { files: { 'a.ts': 'text' }, budget: 100 }
  const task = (await platform.rpc('message/send', message('Add docs', { metadata }))).result
  const [claimed] = await worker.claim()
  assert.equal(claimed?.task_id, task.id)
  if (claimed) await worker.finish(claimed)
  await call(platform.url, `/v1/agent/workers/${worker.id}/unregister`, { method: 'POST', body: {} })
})

test('why a task waits is no part of its conversation', async () => {
  const { url } = platform
  const id = await createTask(url, { target_agent_name: 'late' })
  const worker = await registerWorker(url, { agents: ['late'] })
  assert.equal((await getTask(url, id)).routing.warning, undefined)
  assert.equal((await getTask(url, id)).routing.workers, 1)
  // It was taken back, in the log too.
  assert.equal((await platform.rpc('tasks/get', { id })).result.status.message, undefined)
  const { output } = (await call(url, `/v1/agent/tasks/${id}/output`)).body
  assert.deepEqual(
    output.map((said: { status: string; message?: string }) => [said.status, said.message !== undefined]),
    [
      ['pending', true],
      ['pending', false],
    ],
  )
  const [task] = await worker.claim()
  assert.ok(task)
  await worker.report(task, { finish: { status: 'input-required', result: 'which one?' } })
  await platform.rpc('message/send', message('this one', { taskId: id }))
  const [again] = await worker.claim({ wait_seconds: 20 })
  assert.ok(again)
  assert.deepEqual(
    again.history.map((said: { parts?: { text: string }[] }) => said.parts?.[0]?.text),
    ['do it', 'which one?', 'this one'],
  )
  assert.equal((await platform.rpc('tasks/get', { id })).result.status.message, undefined)
  await worker.finish(again)
  await assertSoundLog(platform.database, id)
})

test('a model that the caller names is demanded, by a reference or by a name', async () => {
  const { url } = platform
  const worker = await registerWorker(url, { models: [{ id: 'local:own' }, { id: 'ollama:llama3:8b' }] })
  const other = await registerWorker(url)
  for (const [model, ref] of [
    ['MINE', 'local/own'],
    ['local:own', 'local/own'],
    ['ollama:llama3:8b', 'ollama/llama3:8b'],
  ]) {
    const { body } = await create({ model })
    assert.deepEqual([body.model, body.routing.model_source, body.routing.model_required], [ref, 'explicit', true])
    assert.deepEqual(await other.claim(), [])
    const [task] = await worker.claim()
    assert.deepEqual([task?.task_id, task?.model], [body.task_id, ref])
  }
  assert.match((await create({ model: 'sonnet' })).body.routing.warning, /has the model anthropic\/claude-sonnet-4-5/)
  for (const model of ['nonsense', '__proto__', '/', 'a/', 'x'.repeat(300), 7])
    assert.equal((await create({ model })).status, 400, String(model))
})

test('a model that was chosen for a task is a preference: who does not have it takes the task without it', async () => {
  const { url } = platform
  const target = { required_capabilities: ['tiers'] }
  const plain = await registerWorker(url, { capabilities: ['tiers'] })
  const { body } = await create(target)
  assert.deepEqual(
    [body.model, body.routing.complexity, body.routing.model_source, body.routing.model_required],
    ['anthropic/claude-haiku-4-5', 'quick', 'tier', false],
  )
  const [without] = await plain.claim()
  assert.deepEqual([without?.task_id, without?.model], [body.task_id, null])
  const able = await registerWorker(url, { capabilities: ['tiers'], models: [{ id: 'openai/gpt-5' }] })
  const deep = 'Security audit, architecture, migration, performance'
  const second = await create({ ...target, prompt: deep, files: ['a', 'b', 'c'] })
  assert.deepEqual([second.body.routing.complexity, second.body.routing.complexity_score], ['deep', 6])
  assert.deepEqual(second.body.metadata.files, ['a', 'b', 'c'])
  const [task] = await able.claim()
  assert.deepEqual([task?.task_id, task?.model], [second.body.task_id, 'openai/gpt-5'])
  const standard = await create({ ...target, prompt: deep })
  assert.deepEqual([standard.body.routing.complexity, standard.body.model], ['standard', null])
})

test('a codebase’s trigger takes files and a personality, and answers with how the task is routed', async () => {
  const { url } = platform
  const codebase = await call(url, '/v1/agent/codebases', { method: 'POST', body: { name: 'r', path: '/srv/routed' } })
  const trigger = (body: object) =>
    call(url, `/v1/agent/codebases/${codebase.body.id}/trigger`, { method: 'POST', body: { prompt: 'x', ...body } })
  const { body } = await trigger({ files: ['src/a.ts'], worker_personality: 'reviewer', agent: 'plan' })
  assert.equal(body.task_status, 'waiting_for_worker')
  assert.deepEqual([body.routing.complexity_score, body.routing.target_agent_name], [2, 'code reviewer'])
  assert.match(body.routing.warning, /code reviewer.*has the codebase/)
  assert.equal((await trigger({ files: Array.from({ length: 257 }, () => 'x') })).status, 400)
})

test('a task that nobody takes by its deadline says in its status what was missing', async () => {
  const { url, database } = platform
  const failed = async (task: object) => {
    const id = await createTask(url, { ...task, deadline_seconds: 3600 })
    await query(database, `update tasks set deadline_at = now() where id = '${id}'`)
    await waitUntil('it has failed', async () => (await getTask(url, id)).status === 'failed')
    return getTask(url, id)
  }
  const missed = await failed({ required_capabilities: ['time travel'] })
  const reason =
    /before its deadline: none is registered that serves its caller and takes tasks without a codebase and can time travel$/
  assert.match(missed.routing_failure_reason, reason)
  const shown = (await platform.rpc('tasks/get', { id: missed.id })).result
  assert.match(shown.status.message.parts[0].text, /^The task has failed: no worker took it.*time travel\.$/)
  const away = await registerWorker(url, { capabilities: ['napping'] })
  await query(database, `update workers set seen_at = now() - interval '1 hour' where id = '${away.id}'`)
  const napped = await failed({ required_capabilities: ['napping'] })
  assert.match(napped.routing_failure_reason, /deadline: those that may were not there$/)
  assert.equal((await getTask(url, await createTask(url))).routing_failure_reason, null)
})
