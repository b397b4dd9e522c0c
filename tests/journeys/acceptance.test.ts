import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { builtInAgents } from '@codetether/agents/built-in'
import { alice, twoTokens } from '../doors/support.ts'
import { type RpcBody, startPlatform } from '../platform.ts'
import { type Frame, frames, kindOf } from './frames.ts'
import { gatedAgent } from './gated-agent.ts'

// The calls that the sources tell people to type, with their numbers in reference/acceptance.md.

const gated = gatedAgent()
const platform = await startPlatform({ agents: [...builtInAgents, gated.agent] })
after(() => platform[Symbol.asyncDispose]())

const json = { 'Content-Type': 'application/json' }

async function post(path: string, body: object): Promise<RpcBody> {
  const response = await fetch(`${platform.url}${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })
  assert.equal(response.status, 200)
  return response.json()
}

const answerIn = (result: RpcBody): string[] => [
  result.message.parts[0].content,
  result.message.parts[0].text,
  result.status.message.parts[0].text,
  result.artifacts[0].parts[0].text,
]

test('Q1: the classic request without message id, role and kind gets its answer and a task id', async () => {
  const { jsonrpc, id, result, error } = await post('/v1/a2a', {
    jsonrpc: '2.0',
    method: 'message/send',
    params: { message: { parts: [{ type: 'text', content: 'Analyze this codebase' }] } },
    id: '1',
  })
  assert.deepEqual([jsonrpc, id, error], ['2.0', '1', undefined])
  assert.match(result.id, /^[0-9a-f-]{36}$/)
  assert.deepEqual([result.task.id, result.task.status, result.status.state], [result.id, 'completed', 'completed'])
  assert.deepEqual(answerIn(result), Array(4).fill('Echo: Analyze this codebase'))
})

for (const [how, envelope] of Object.entries({ 'with an id': { id: 7 }, 'without an id': {} }))
  test(`Q2: a calculation sent to / ${how} is answered in the old places and in the standard ones`, async () => {
    const { id, result } = await post('/', {
      jsonrpc: '2.0',
      method: 'message/send',
      params: { message: { parts: [{ type: 'text', content: 'Calculate 25 * 4' }] } },
      ...envelope,
    })
    assert.equal(id, 'id' in envelope ? envelope.id : null)
    assert.equal(result.kind, 'task')
    for (const text of answerIn(result)) assert.match(text, /\b100\b/)
  })

const analyze = { message: { role: 'user', parts: [{ text: 'Analyze the codebase structure' }] } }

test('Q3: a message with a role and bare text parts is answered with the bare task', async () => {
  const { result } = await post('/a2a/jsonrpc', { jsonrpc: '2.0', id: '1', method: 'message/send', params: analyze })
  assert.equal(typeof result.id, 'string')
  assert.equal(result.status.state, 'completed')
})

/** The task, updates, the artifact and the final status, in order and with ids from 1. */
function assertWholeStream(stream: readonly Frame[], answer: RegExp): void {
  assert.deepEqual(stream.map(kindOf), ['task', 'working', 'artifact-update', 'completed'])
  assert.deepEqual(
    stream.map(frame => frame.id),
    [1, 2, 3, 4],
  )
  const [task, working, artifact, end] = stream.map(frame => frame.result)
  assert.equal(task.status.state, 'submitted')
  for (const update of [working, artifact, end]) {
    assert.deepEqual([update.taskId, update.contextId], [task.id, task.contextId])
  }
  assert.deepEqual([working.final, end.final, artifact.lastChunk], [false, true, true])
  assert.match(artifact.artifact.parts[0].text, answer)
  assert.match(end.status.message.parts[0].text, answer)
}

test('Q4: message/stream sends the task, updates, the artifact and the final status', async () => {
  const call = { method: 'message/stream', params: analyze }
  assertWholeStream(await Array.fromAsync(frames(`${platform.url}/a2a/jsonrpc`, call)), /codebase structure/)
})

test('Q5: tasks/get tells the state of a task and, once it is completed, the answer', async () => {
  const sent = await post('/a2a/jsonrpc', { jsonrpc: '2.0', id: '1', method: 'message/send', params: analyze })
  const got = await post('/a2a/jsonrpc', {
    jsonrpc: '2.0',
    id: '2',
    method: 'tasks/get',
    params: { id: sent.result.id },
  })
  assert.deepEqual([got.result.id, got.result.status.state], [sent.result.id, 'completed'])
  assert.equal(got.result.status.message.parts[0].text, 'Echo: Analyze the codebase structure')
})

test('Q6: tasks/get by taskId finds a known task and says TaskNotFound for an unknown one', async () => {
  const unknown = await post('/', { jsonrpc: '2.0', id: '1', method: 'tasks/get', params: { taskId: 'task-123' } })
  assert.deepEqual([unknown.error.code, unknown.result], [-32001, undefined])
  const sent = await platform.rpc('message/send', analyze)
  const known = await post('/', { jsonrpc: '2.0', id: '1', method: 'tasks/get', params: { taskId: sent.result.id } })
  assert.equal(known.result.id, sent.result.id)
})

test('Q7: an old-shaped message can be streamed from /', async () => {
  const params = { message: { parts: [{ type: 'text', content: 'Generate a report' }] } }
  const stream = await Array.fromAsync(frames(platform.url, { method: 'message/stream', params }))
  assertWholeStream(stream, /^Echo: Generate a report$/)
})

test('Q8: the agent card claims what is there, task management among it', async () => {
  const response = await fetch(`${platform.url}/.well-known/agent-card.json`)
  assert.equal(response.status, 200)
  const card: RpcBody = await response.json()
  for (const key of ['name', 'description', 'version']) assert.equal(typeof card[key], 'string', key)
  assert.equal(card.url, `${platform.url}/`)
  assert.equal(card.capabilities.streaming, true)
  const skills: { id: string }[] = card.skills
  assert.ok(skills.some(skill => skill.id === 'task-management'))
})

test('Q8: the card claims push notifications, and the server takes configs for them', async () => {
  const card: RpcBody = await (await fetch(`${platform.url}/.well-known/agent-card.json`)).json()
  const { result } = await platform.rpc('message/send', analyze)
  const params = { taskId: result.id, pushNotificationConfig: { url: 'https://8.8.8.8/hook' } }
  const set = await platform.rpc('tasks/pushNotificationConfig/set', params)
  assert.equal(card.capabilities.pushNotifications, true)
  assert.equal(set.result.pushNotificationConfig.url, 'https://8.8.8.8/hook')
})

test('Q9: the path that no server ever had answers 404 and names the right endpoint', async () => {
  const url = `${platform.url}/v1/message/send`
  const response = await fetch(url, { method: 'POST', headers: json, body: '{"message":{"parts":[]}}' })
  assert.equal(response.status, 404)
  const { message, data }: RpcBody = await response.json()
  assert.equal(data[0].metadata.endpoint, `${platform.url}/`)
  assert.match(message, /POST \/.*message\/send/)
})

test('Q10: GET /agents lists the registered agents with their status', async () => {
  const response = await fetch(`${platform.url}/agents`)
  assert.equal(response.status, 200)
  const { agents }: RpcBody = await response.json()
  const listed = agents.map(({ name, status }: RpcBody) => [name, status])
  assert.deepEqual(
    listed,
    ['Calculator', 'Memory', 'Analysis', 'Weather', 'Echo', 'Gated'].map(name => [name, 'online']),
  )
})

const gatedCall = (id: string) => ({
  message: {
    kind: 'message',
    role: 'user',
    messageId: id,
    parts: [{ kind: 'text', text: id }],
    metadata: { agent: 'Gated' },
  },
  configuration: { blocking: false },
})

test('Q11: tasks/cancel ends a running task and stops its agent, once', async () => {
  const sent = await platform.rpc('message/send', gatedCall('to be canceled'))
  assert.equal(sent.result.status.state, 'working')
  const canceled = await platform.rpc('tasks/cancel', { id: sent.result.id })
  assert.deepEqual([canceled.result.id, canceled.result.status.state], [sent.result.id, 'canceled'])
  await gated.stopped('to be canceled')
  const again = await platform.rpc('tasks/cancel', { id: sent.result.id })
  assert.equal(again.error.code, -32002)
})

test('Q11: tasks/resubscribe shows a running task as it is and then what follows', async () => {
  const sent = await platform.rpc('message/send', gatedCall('to be resubscribed'))
  const stream = frames(platform.url, { method: 'tasks/resubscribe', params: { id: sent.result.id } })
  const { value: first } = await stream.next()
  assert.ok(first)
  assert.deepEqual([first.result.kind, first.result.status.state], ['task', 'working'])
  gated.open('to be resubscribed')
  const rest = await Array.fromAsync(stream)
  assert.deepEqual(rest.map(kindOf), ['artifact-update', 'completed'])
  assert.deepEqual(
    rest.map(frame => frame.id),
    [first.id + 1, first.id + 2],
  )
  assert.equal(rest.at(-1)?.result.final, true)
})

test('Q11: tasks/resubscribe to an unknown task is an error, not a stream', async () => {
  const { error } = await platform.rpc('tasks/resubscribe', { id: 'task-123' })
  assert.equal(error.code, -32001)
})

/** A message as the proto of v0.3 writes it. */
const protoMessage = (text: string) => ({
  message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', content: [{ text }] },
})

test('Q12: HTTP+JSON of v0.3 at the origin sends a message and reads its task', async () => {
  const { task } = await post('/v1/message:send', protoMessage('Calculate 25 * 4'))
  assert.equal(task.status.state, 'TASK_STATE_COMPLETED')
  assert.match(task.artifacts[0].parts[0].text, /\b100\b/)
  const response = await fetch(`${platform.url}/v1/tasks/${task.id}`)
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), task)
})

test('Q12: HTTP+JSON of v0.3 at the origin streams the task, its updates and its end', async () => {
  const response = await fetch(`${platform.url}/v1/message:stream`, {
    method: 'POST',
    headers: { ...json, Accept: 'text/event-stream' },
    body: JSON.stringify(protoMessage('Generate a report')),
  })
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
  const sent: RpcBody[] = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(([, data = '']) =>
    JSON.parse(data),
  )
  assert.deepEqual(
    sent.map(frame => Object.keys(frame)[0]),
    ['task', 'statusUpdate', 'artifactUpdate', 'statusUpdate'],
  )
  const end = sent.at(-1)?.statusUpdate
  assert.deepEqual([end.final, end.status.state], [true, 'TASK_STATE_COMPLETED'])
})

test('Q12: callers with a token get the extended card over JSON-RPC at / and over HTTP+JSON', async () => {
  const env = { A2A_AUTH_TOKENS: twoTokens, A2A_PUBLIC_SKILLS: 'echo' }
  await using closed = await startPlatform({ env })
  const { result } = await closed.rpc('agent/getAuthenticatedExtendedCard', undefined, alice)
  assert.equal(result.supportsAuthenticatedExtendedCard, true)
  assert.ok(result.skills.some((skill: { id: string }) => skill.id === 'calculator'))
  const response = await fetch(`${closed.url}/v1/card`, { headers: alice })
  const card: RpcBody = await response.json()
  assert.deepEqual([response.status, card.skills.length], [200, result.skills.length])
})
